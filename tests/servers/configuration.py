"""What Postfix and Dovecot read: written into one directory, owned as each of them demands."""

from __future__ import annotations

import os
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
HOST_NAME = "postfix.example.test"
DOMAIN = "example.test"
UNKNOWN_RECIPIENT = f"nobody@{DOMAIN}"
MESSAGE_SIZE_LIMIT = 1_048_576

_MAIN_CF = """\
compatibility_level = 3.6
config_directory = {home}/postfix
queue_directory = {home}/spool
data_directory = {home}/data
meta_directory = {home}/postfix
maillog_file = {home}/postfix.log
maillog_file_prefixes = {home}
mail_owner = postfix
setgid_group = postdrop

# Loopback and nothing else: no name is looked up, no mail leaves.
myhostname = {host_name}
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
smtp_dns_support_level = disabled
disable_dns_lookups = yes
smtpd_peername_lookup = no
default_transport = error:this server delivers to {domain} only
relay_transport = error:this server delivers to {domain} only
local_transport = error:this server has no local users
alias_maps =
alias_database =
local_recipient_maps =
notify_classes =

# Every recipient of the domain but one, all into the same Maildir.
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = regexp:{home}/postfix/mailboxes
virtual_uid_maps = static:{mail_uid}
virtual_gid_maps = static:{mail_gid}
virtual_minimum_uid = 1

# The message is delivered as it came: nothing rewritten, completed or dropped.
local_header_rewrite_clients =
message_drop_headers =
message_size_limit = {size}

# Refusals arrive at RCPT, at once, however many there were.
smtpd_delay_reject = yes
smtpd_error_sleep_time = 0
in_flow_delay = 0
smtpd_relay_restrictions = permit_sasl_authenticated, reject

smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_chain_files = {home}/postfix/server.pem
smtpd_tls_loglevel = 1

smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_sasl_security_options = noanonymous
"""

_MASTER_CF = """\
# service             type      private unpriv chroot wakeup maxproc command
{host}:{starttls_port} inet      n - n - - smtpd
{host}:{tls_port}      inet      n - n - - smtpd -o smtpd_tls_wrappermode=yes
postlog               unix-dgram n - n - 1 postlogd
cleanup               unix      n - n - 0 cleanup
qmgr                  unix      n - n 300 1 qmgr
tlsmgr                unix      - - n 1000? 1 tlsmgr
rewrite               unix      - - n - - trivial-rewrite
bounce                unix      - - n - 0 bounce
defer                 unix      - - n - 0 bounce
trace                 unix      - - n - 0 bounce
verify                unix      - - n - 1 verify
flush                 unix      n - n 1000? 0 flush
proxymap              unix      - - n - - proxymap
anvil                 unix      - - n - 1 anvil
error                 unix      - - n - - error
retry                 unix      - - n - - error
virtual               unix      - n n - - virtual
"""

_MAILBOXES = """\
if !/^{unknown}$/
/^.+@{domain}$/ everyone/
endif
"""

_DOVECOT_CONF = """\
base_dir = {home}/dovecot
state_dir = {home}/dovecot
log_path = {home}/dovecot.log
protocols =
ssl = no
# Postfix is the one that asks for TLS first.
disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
auth_verbose = yes
# A refusal still takes half a second: Dovecot looks for due ones twice a second.
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {home}/accounts
}}
userdb {{
  driver = passwd-file
  args = {home}/accounts
}}
service auth {{
  unix_listener {home}/spool/private/auth {{
    user = postfix
    mode = 0600
  }}
}}
# Without its listener nobody counts failures, so none is made to wait.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""

_PRIVATE_QUEUES = (
    "active",
    "bounce",
    "corrupt",
    "defer",
    "deferred",
    "flush",
    "hold",
    "incoming",
    "private",
    "saved",
    "trace",
)


@dataclass(frozen=True, slots=True)
class Home:
    """The one directory everything of a server lives in."""

    path: Path

    @property
    def auth_socket(self) -> Path:
        """Where Postfix asks Dovecot whether a password is right."""
        return self.path / "spool" / "private" / "auth"

    @property
    def certificate(self) -> Path:
        """The server's key and its certificate chain (PEM)."""
        return self.path / "postfix" / "server.pem"

    @property
    def ca_file(self) -> Path:
        """The certificate of the authority that signed the server's (PEM)."""
        return self.path / "ca.pem"

    @property
    def mailbox(self) -> Path:
        """The Maildir folder where new messages appear."""
        return self.path / "mail" / "everyone" / "new"

    @property
    def logs(self) -> tuple[Path, ...]:
        """What Dovecot and Postfix wrote, and what they printed."""
        names = ("dovecot.out", "dovecot.log", "postfix.out", "postfix.log")
        return tuple(self.path / name for name in names)


def prepare(home: Home, user: str, password: str) -> None:
    """Make the directories and all configuration but the ports; needs to be root."""
    home.path.chmod(0o755)  # the daemons give up root and still have to get in
    for name in ("postfix", "dovecot", "spool", "spool/pid"):
        (home.path / name).mkdir()
    for name in ("data", *(f"spool/{queue}" for queue in _PRIVATE_QUEUES)):
        _make_for(home.path / name, 0o700, "postfix", "postfix")
    _make_for(home.path / "spool/maildrop", 0o1730, "postfix", "postdrop")
    _make_for(home.path / "spool/public", 0o2710, "postfix", "postdrop")
    _make_for(home.path / "mail", 0o700, "nobody", "nogroup")

    accounts = home.path / "accounts"
    _write_private(accounts, f"{user}:{{PLAIN}}{password}:65534:65534::{home.path}/mail::\n")
    shutil.chown(accounts, "dovecot", "dovecot")
    (home.path / "dovecot.conf").write_text(_DOVECOT_CONF.format(home=home.path))
    _write_settled(
        home.path / "postfix/mailboxes",
        _MAILBOXES.format(unknown=re.escape(UNKNOWN_RECIPIENT), domain=re.escape(DOMAIN)),
    )
    mail = (home.path / "mail").stat()
    _write_settled(
        home.path / "postfix/main.cf",
        _MAIN_CF.format(
            home=home.path,
            host_name=HOST_NAME,
            domain=DOMAIN,
            mail_uid=mail.st_uid,
            mail_gid=mail.st_gid,
            size=MESSAGE_SIZE_LIMIT,
        ),
    )


def listen_on(home: Home, starttls_port: int, tls_port: int) -> None:
    """Write which ports the next Postfix of this home listens on."""
    _write_settled(
        home.path / "postfix/master.cf",
        _MASTER_CF.format(host=HOST, starttls_port=starttls_port, tls_port=tls_port),
    )


def _make_for(path: Path, mode: int, user: str, group: str) -> None:
    path.mkdir()
    shutil.chown(path, user, group)
    path.chmod(mode)


def _write_settled(path: Path, text: str) -> None:
    """Write a file and date it back: Postfix waits seconds for a fresh one to change again."""
    path.write_text(text)
    an_hour_ago = time.time() - 3600
    os.utime(path, (an_hour_ago, an_hour_ago))


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
