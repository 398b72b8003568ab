role-owner = propietario
role-admin = administrador
role-member = miembro
role-viewer = lector
