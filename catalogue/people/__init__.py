"""The people of the register, apart from it: who may sign in, for which State or for the secretariat, and how to reach them.

What is kept here is never published. A person can be exported and erased; the register's events stay, with an id that then
leads to nobody.
"""
