page-your-account = Ihr Konto
page-signed-in-as = Angemeldet als <strong>{ $name }</strong>
page-return-to = Zurück zu { $client }
page-language = Sprache
