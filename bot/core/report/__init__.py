"""Every sentence people read, in Korean and English; and the shape of what machines read."""
