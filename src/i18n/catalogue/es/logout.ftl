logout-title = Cerrar sesión
logout-question = ¿Cerrar sesión?
logout-asks = <strong>{ $client }</strong> te pide que cierres sesión.
logout-effect = Esto termina tu sesión en { $service } en este navegador.
logout-confirm = Cerrar sesión
logout-stay = Mantener la sesión

logout-done-title = Sesión cerrada
logout-done-text = Tu sesión en { $service } ha terminado. En un ordenador compartido, cierra también el navegador.
logout-not-returned = La aplicación ha pedido volver a una dirección que no ha registrado.
logout-sign-in-again = Volver a iniciar sesión
