logout-title = Abmelden
logout-question = Abmelden?
logout-asks = <strong>{ $client }</strong> bittet Sie, sich abzumelden.
logout-effect = Damit endet Ihre Sitzung bei { $service } in diesem Browser.
logout-confirm = Abmelden
logout-stay = Angemeldet bleiben

logout-done-title = Abgemeldet
logout-done-text = Ihre Sitzung bei { $service } ist beendet. Schließen Sie an einem gemeinsam genutzten Computer auch den Browser.
logout-not-returned = Die Anwendung wollte Sie an eine Adresse zurückleiten, die sie nicht registriert hat.
logout-sign-in-again = Erneut anmelden
