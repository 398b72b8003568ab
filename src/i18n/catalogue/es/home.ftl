home-title = Te damos la bienvenida
home-heading = Servidor de inicio de sesión
home-text = Las aplicaciones te envían aquí para iniciar sesión. No necesitas visitar esta página por tu cuenta.
home-discovery = Documento de descubrimiento, para desarrolladores
