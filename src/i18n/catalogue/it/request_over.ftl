request-over-answered-title = Hai già risposto
request-over-answered-text = A questa richiesta è stata data risposta e l’applicazione ne è informata.
request-over-late-title = Questo accesso ha richiesto troppo tempo
request-over-late-text = L’applicazione ha fatto la richiesta da un po’ e non aspetta più. Ricomincia da lì.
request-over-return = Torna a <strong>{ $client }</strong>, da dove hai iniziato.
