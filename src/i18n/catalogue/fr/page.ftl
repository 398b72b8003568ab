page-your-account = Votre compte
page-signed-in-as = Connecté en tant que <strong>{ $name }</strong>
page-return-to = Retour à { $client }
page-language = Langue
