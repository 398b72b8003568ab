logout-title = Esci
logout-question = Vuoi uscire?
logout-asks = <strong>{ $client }</strong> ti chiede di uscire.
logout-effect = Questo termina la tua sessione su { $service } in questo browser.
logout-confirm = Esci
logout-stay = Resta connesso

logout-done-title = Disconnesso
logout-done-text = La tua sessione su { $service } è terminata. Su un computer condiviso, chiudi anche il browser.
logout-not-returned = L’applicazione ha chiesto di tornare a un indirizzo che non ha registrato.
logout-sign-in-again = Accedi di nuovo
