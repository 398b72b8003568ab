mail-hello = Hola:
mail-code = O escribe este código donde te lo hayan pedido:
mail-until = El enlace es válido hasta el { $time }.
mail-ignore = Si no lo has pedido tú, no tienes que hacer nada.
mail-not-you = Si no has sido tú, elige una contraseña nueva de inmediato.
mail-tell-us = Si no has sido tú, avísanos de inmediato.
mail-browser = Navegador: { $browser }
mail-automatic = { $product } ha enviado este mensaje automáticamente.

mail-address-proof-subject = Confirma tu correo electrónico
mail-address-proof = Confirma que esta dirección de correo es tuya para que tu cuenta de { $product } pueda usarla.
mail-address-proof-action = Confirmar la dirección

mail-new-address-proof-subject = Confirma tu nuevo correo electrónico
mail-new-address-proof = A partir de ahora, tu cuenta de { $product } tendrá esta dirección de correo. Confirma que es tuya.

mail-address-changed-subject = Se ha cambiado tu correo electrónico
mail-address-changed = El { $time } se cambió la dirección de correo de tu cuenta de { $product }. Esta ya no le pertenece.

mail-password-reset-subject = Elige una contraseña nueva
mail-password-reset = Alguien, seguramente tú, ha pedido una contraseña nueva para tu cuenta de { $product }.
mail-password-reset-action = Elegir una contraseña nueva

mail-password-changed-subject = Se ha cambiado tu contraseña
mail-password-changed = El { $time } se cambió la contraseña de tu cuenta de { $product }.

mail-new-device-subject = Nuevo inicio de sesión en tu cuenta
mail-new-device = El { $time } alguien inició sesión en tu cuenta de { $product } en un navegador que nunca se había usado para ello.

mail-invitation-subject = Invitación a { $organization }
mail-invitation = Te han invitado a unirte a { $organization } en { $product }.
mail-invitation-from = { $inviter } te invita a unirte a { $organization } en { $product }.
mail-invitation-action = Ver la invitación
mail-invitation-ignore = Si no sabes de qué se trata, no tienes que hacer nada.

mail-account-help-subject = Ayuda con tu cuenta
mail-account-help = Nos han pedido que te ayudemos a volver a entrar en tu cuenta de { $product }. Este enlace lleva hasta allí.
mail-account-help-action = Continuar
mail-account-help-warning = No des este enlace a nadie, sea quien sea quien lo pida.

mail-account-deleted-subject = Se ha eliminado tu cuenta
mail-account-deleted = El { $time } se eliminó tu cuenta de { $product }.

mail-sign-up-attempt-subject = Ya tienes una cuenta
mail-sign-up-attempt = Alguien, seguramente tú, ha intentado crear una cuenta de { $product } con esta dirección de correo. Ya tienes una.
mail-sign-up-attempt-action = Iniciar sesión
mail-sign-up-attempt-forgotten = Si has olvidado tu contraseña, allí puedes elegir una nueva.

mail-test-subject = El correo funciona
mail-test = Esto es una prueba: { $product } puede enviar correo.
