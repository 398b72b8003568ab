### What the roles of members are called.

role-owner = owner
role-admin = admin
role-member = member
role-viewer = viewer
