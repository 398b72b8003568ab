login-title = Iniciar sesión
login-to-continue = para continuar en <strong>{ $client }</strong>
login-user-name = Nombre de usuario o correo electrónico
login-password = Contraseña
login-submit = Iniciar sesión
login-cancel = Cancelar

login-wrong = El nombre de usuario o la contraseña no son correctos. Comprueba ambos y vuelve a intentarlo. Si sigue igual aunque no tengas dudas, usa un navegador en el que ya hayas iniciado sesión o pregunta a quienes gestionan este servidor.
login-incomplete = Introduce tu nombre de usuario y tu contraseña.
login-too-many-short = Demasiados intentos. Espera { $wait } y vuelve a intentarlo.
login-too-many = Demasiados intentos. Vuelve a intentarlo en { $wait }, o en un navegador en el que ya hayas iniciado sesión. Quienes gestionan este servidor pueden desbloquear tu cuenta.
login-busy = El servidor está ocupado en este momento. Vuelve a intentarlo en breve.
