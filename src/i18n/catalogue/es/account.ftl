account-title = Tu cuenta
account-name = Nombre
account-user-name = Nombre de usuario
account-email = Correo electrónico
account-sign-out = Cerrar sesión
