logout-title = Déconnexion
logout-question = Se déconnecter ?
logout-asks = <strong>{ $client }</strong> vous demande de vous déconnecter.
logout-effect = Cela met fin à votre session sur { $service } dans ce navigateur.
logout-confirm = Se déconnecter
logout-stay = Rester connecté

logout-done-title = Déconnecté
logout-done-text = Votre session sur { $service } est terminée. Sur un ordinateur partagé, fermez aussi le navigateur.
logout-not-returned = L’application a demandé un retour à une adresse qu’elle n’a pas enregistrée.
logout-sign-in-again = Se reconnecter
