client-about = Acerca de { $client }
client-privacy = Política de privacidad
client-terms = Condiciones del servicio
