### Français. On vouvoie la personne. Espace insécable devant : ; ? !, apostrophe typographique (’).
###
### application : application             organization : organisation
### sign in, sign out : se connecter, se déconnecter
### session : session                     allow, withdraw : autoriser, retirer
### the people who run this server : ceux qui gèrent ce serveur
### account : compte                      user name : nom d’utilisateur
### email address : adresse e-mail        password : mot de passe
### request id : identifiant de la requête
### workspace : espace de travail
