form-post-title = Weiter
form-post-heading = Gleich geschafft
form-post-text = Sie werden zur Anwendung zurückgeleitet. Wenn nichts geschieht, drücken Sie den Knopf.
form-post-continue = Weiter
