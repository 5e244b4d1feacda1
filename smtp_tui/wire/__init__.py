"""The socket: dialling, TLS, the connection and the thread that owns it."""
