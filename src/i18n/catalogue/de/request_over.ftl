request-over-answered-title = Sie haben bereits geantwortet
request-over-answered-text = Diese Anfrage wurde beantwortet, und die Anwendung weiß Bescheid.
request-over-late-title = Diese Anmeldung hat zu lange gedauert
request-over-late-text = Die Anwendung hat vor einer Weile gefragt und wartet nicht mehr. Beginnen Sie dort neu.
request-over-return = Kehren Sie zu <strong>{ $client }</strong> zurück, wo Sie begonnen haben.
