"""What the doctor knows of each form: pasted text, Base64, layers, and every mechanism."""
