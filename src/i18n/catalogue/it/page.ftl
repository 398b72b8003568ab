page-your-account = Il tuo account
page-signed-in-as = Accesso effettuato come <strong>{ $name }</strong>
page-return-to = Torna a { $client }
page-language = Lingua
