"""The small program that starts one function instance and watches over it.

It runs as a process of its own, outside the local cloud's, on the standard library alone (``python -I -S``):
``supervisor`` is its main loop, ``private_root`` builds the file system the function sees, ``syscalls`` holds the
Linux calls Python has no name for. Nothing here imports the rest of yunfn.
"""
