role-owner = proprietario
role-admin = amministratore
role-member = membro
role-viewer = lettore
