role-owner = Inhaber
role-admin = Administrator
role-member = Mitglied
role-viewer = Betrachter
