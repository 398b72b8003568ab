login-title = Connexion
login-to-continue = pour continuer vers <strong>{ $client }</strong>
login-user-name = Nom d’utilisateur ou adresse e-mail
login-password = Mot de passe
login-submit = Se connecter
login-cancel = Annuler

login-wrong = Le nom d’utilisateur ou le mot de passe est incorrect. Vérifiez les deux et réessayez. Si cela persiste alors que vous êtes sûr de vous, utilisez un navigateur dans lequel vous vous êtes déjà connecté, ou adressez-vous à ceux qui gèrent ce serveur.
login-incomplete = Saisissez votre nom d’utilisateur et votre mot de passe.
login-too-many-short = Trop de tentatives. Attendez { $wait }, puis réessayez.
login-too-many = Trop de tentatives. Réessayez dans { $wait }, ou dans un navigateur où vous vous êtes déjà connecté. Ceux qui gèrent ce serveur peuvent débloquer votre compte.
login-busy = Le serveur est occupé pour le moment. Réessayez dans un instant.
