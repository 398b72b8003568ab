request-over-answered-title = Ya has respondido
request-over-answered-text = Esta solicitud ya se respondió y la aplicación lo sabe.
request-over-late-title = Este inicio de sesión ha tardado demasiado
request-over-late-text = La aplicación preguntó hace un rato y ya no espera. Empieza de nuevo desde allí.
request-over-return = Vuelve a <strong>{ $client }</strong>, donde empezaste.
