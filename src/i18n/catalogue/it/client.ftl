client-about = Informazioni su { $client }
client-privacy = Informativa sulla privacy
client-terms = Termini di servizio
