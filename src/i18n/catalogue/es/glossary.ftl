### Español. Se tutea a la persona (tú), como hacen los grandes proveedores; palabras que se entienden en todas partes.
###
### application: aplicación               organization: organización
### sign in, sign out: iniciar sesión, cerrar sesión
### session: sesión                       allow, withdraw: permitir, retirar
### the people who run this server: quienes gestionan este servidor
### account: cuenta                       user name: nombre de usuario
### email address: correo electrónico     password: contraseña
### request id: identificador de la solicitud
### workspace: espacio de trabajo
