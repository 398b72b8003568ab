client-about = À propos de { $client }
client-privacy = Politique de confidentialité
client-terms = Conditions d’utilisation
