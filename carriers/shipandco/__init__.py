"""``shipandco``: Ship&co, a Japanese shipping tool that is polled."""
