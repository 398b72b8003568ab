form-post-title = Continuer
form-post-heading = Presque terminé
form-post-text = Vous êtes redirigé vers l’application. Si rien ne se passe, appuyez sur le bouton.
form-post-continue = Continuer
