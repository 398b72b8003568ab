home-title = Willkommen
home-heading = Anmeldeserver
home-text = Anwendungen leiten Sie zur Anmeldung hierher. Sie selbst brauchen diese Seite nicht aufzurufen.
home-discovery = Discovery-Dokument für Entwickler
