home-title = Bienvenue
home-heading = Serveur de connexion
home-text = Les applications vous envoient ici pour vous connecter. Vous n’avez pas besoin de consulter cette page vous-même.
home-discovery = Document de découverte, pour les développeurs
