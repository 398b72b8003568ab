form-post-title = Continuar
form-post-heading = Ya casi está
form-post-text = Estás volviendo a la aplicación. Si no ocurre nada, pulsa el botón.
form-post-continue = Continuar
