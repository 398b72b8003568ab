role-owner = propriétaire
role-admin = administrateur
role-member = membre
role-viewer = lecteur
