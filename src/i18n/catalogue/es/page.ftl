page-your-account = Tu cuenta
page-signed-in-as = Sesión iniciada como <strong>{ $name }</strong>
page-return-to = Volver a { $client }
page-language = Idioma
