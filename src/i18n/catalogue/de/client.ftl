client-about = Über { $client }
client-privacy = Datenschutzerklärung
client-terms = Nutzungsbedingungen
