"""What a new settings file says, for somebody who has never seen one."""

from __future__ import annotations

TEMPLATE = """\
# The settings of smtp-tui.
#
# Lines that begin with "#" are explanations and examples; they do nothing.
# To use an example, remove the "# " before it and change what stands behind "=".
# Text stands in quotes. Numbers, true and false do not.
#
# Passwords never live here, and neither do tokens. The program asks for them when it
# needs them, or takes them from --password-command or SMTP_TUI_PASSWORD.
#
# What you give on the command line comes first, then the environment
# (SMTP_TUI_HOST, SMTP_TUI_PORT, ...), then the profile below, then the defaults.

# The colours of the window: "smtp-dark", "smtp-light", or another theme that the
# command palette (ctrl+p) offers.
# theme = "smtp-dark"

# Whether what you sent is remembered for the next session; never what holds a secret.
# history = false

# The profile to begin with when you name no server.
# default_profile = "work"

[keys]
# Other keys for what you do often. The help (f1) lists every action.
# Several keys for one action are separated by commas.
# connect = "f5,ctrl+n"
# starttls = "f6"

[profiles]
# A profile keeps the settings of one server under a name. Choose it in the window, or
# with: smtp-tui --profile work
# Every line of it may be left out.
#
# [profiles.work]
# host = "smtp.example.org"     # the server's name or address
# port = 587                    # 587 is usual; 465 is for "implicit", 25 between servers
# tls = "starttls"              # "starttls": begin in the clear, then ask for encryption
#                               # "implicit": implicit TLS, from the first octet
#                               # "none": never encrypted
# user = "me@example.org"       # whom you sign in as
# mechanism = "PLAIN"           # how you sign in: PLAIN, LOGIN, XOAUTH2, ...
# ehlo = "laptop.example.org"   # the name your side gives itself in EHLO
# verify = true                 # false: accept any certificate; only for tests
# ca_file = "~/my-ca.pem"       # certificates to trust in place of the system's
# timeout = 30                  # seconds to wait for connecting
# family = "any"                # "4" or "6": only IPv4 or only IPv6
# lmtp = false                  # true: speak LMTP, the dialogue of local delivery
# unix_path = "/run/lmtp.sock"  # a socket on this machine, in place of host and port
#
# How TLS is spoken; without these lines as it is usual.
# sni = "mx.example.org"        # another name to announce than the host's; "none": announce none
# verify_name = "example.org"   # another name that the certificate must be for
# tls_min = "1.2"               # the lowest version allowed; "1.0" and "1.1" only for tests
# tls_max = "1.3"               # the highest
# ciphers = "ECDHE+AESGCM"      # for TLS 1.2 and below, as "openssl ciphers" takes them
# client_cert = "~/me.pem"      # a certificate to show to a server that asks for one
# client_key = "~/me.key"       # its key, where it is not in the same file
# key_log = "~/keys.log"        # the sessions' secrets, for Wireshark; only for tests
# alpn = "smtp"                 # protocols to offer, separated by spaces
"""
