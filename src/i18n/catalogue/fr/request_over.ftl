request-over-answered-title = Vous avez déjà répondu
request-over-answered-text = Cette demande a reçu une réponse, et l’application en a été informée.
request-over-late-title = Cette connexion a pris trop de temps
request-over-late-text = L’application a fait sa demande il y a un moment et n’attend plus. Recommencez depuis celle-ci.
request-over-return = Retournez à <strong>{ $client }</strong>, là où vous avez commencé.
