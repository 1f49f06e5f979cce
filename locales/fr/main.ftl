# Tout ce que l’on lit. Mêmes clés que l’anglais ; un test les compare.

skip-to-content = Aller au contenu
back-to-lms = Retour au cours
participant = Participant
participant-number = Participant { $number }
cancel = Annuler
later = Plus tard
optional = facultatif
until = jusqu’au
settings = Réglages
out-of-100 = sur 100
reviewing-made = Relectures : { $mark } sur 100 (envoyées : { $how }).
reviewing-formula = 60 % pour les avoir envoyées et 40 % pour leur qualité, la moyenne de : { $parts }.
reviewing-agreement = accord avec les notes { $part } %
reviewing-helpful = utilité pour les auteurs { $part } %
reviewing-unknown = Leur qualité compte dès qu’on en sait quelque chose.
reviewing-now = Avec ce que les auteurs ont dit depuis, ce serait { $mark } ; cela change à la prochaine publication.
by-trainer = par le formateur
learners = { $n ->
    [one] { $n } apprenant
   *[other] { $n } apprenants
}
words = { $n ->
    [one] { $n } mot
   *[other] { $n } mots
}

## Ouverture
opening = Ouverture de votre activité
opening-wait = Un instant. Si rien ne se passe, ouvrez de nouveau l’activité depuis votre cours.
opening-no-script = Continuer
opening-needs-script = Ce navigateur ne garde pas de cookies ici : l’activité a besoin de JavaScript. Activez-le, ou ouvrez l’activité dans une nouvelle fenêtre depuis votre cours.
continue-title = Est-ce bien vous ?
continue-why = Votre navigateur ne garde pas de cookies pour cette activité : confirmez à qui appartiendra ce travail.
continue-as = Continuer en tant que { $name }
continue-as-in = Continuer en tant que { $name } dans { $course }
continue-not-you = Ce n’est pas vous ? Fermez cette page, connectez-vous à votre plateforme avec votre propre compte et ouvrez de nouveau l’activité.
open-in-new-window = Ouvrir dans une nouvelle fenêtre

## Enregistrement pendant la frappe
autosave-idle = Ce que vous écrivez est enregistré au fur et à mesure.
autosave-saving = Enregistrement…
autosave-saved = Enregistré
autosave-unsaved = Pas encore enregistré…
autosave-offline = Non enregistré : pas de connexion. Votre texte reste ici ; un nouvel essai se fait tout seul.
autosave-lost = Votre session est terminée. Votre texte est encore là : copiez-le, puis ouvrez de nouveau l’activité depuis votre cours.

## Erreurs
error-reference = Si vous demandez de l’aide, donnez cette référence :
error-internal-title = Un problème est survenu de notre côté
error-internal-text = Rien de ce que vous avez envoyé n’est perdu. Réessayez dans un instant ; si cela recommence, donnez la référence ci-dessous à votre formateur.
error-unavailable-title = L’activité n’est pas joignable en ce moment
error-unavailable-text = Réessayez dans quelques minutes. Ce que vous avez envoyé est en sûreté.
error-not-found-title = Cette page n’existe pas
error-not-found-text = Elle a peut-être été déplacée, ou appartient à un autre cours. Ouvrez de nouveau l’activité depuis votre cours.
error-forbidden-title = Cette page n’est pas pour votre rôle
error-forbidden-text = Seuls les formateurs de ce cours peuvent faire cela. Si vous en êtes un, demandez à l’administrateur de la plateforme de vérifier votre rôle.
error-stale-form-title = Cette page n’est plus à jour
error-stale-form-text = Vous avez ouvert entre-temps une autre activité, ou sous un autre compte. Copiez ce que vous avez écrit, puis ouvrez de nouveau l’activité depuis votre cours.
error-no-session-title = Ouvrez de nouveau l’activité
error-no-session-text = Votre session est terminée, ou votre navigateur ne garde pas de cookies ici. Retournez dans votre cours et ouvrez de nouveau l’activité ; ce qui était enregistré est toujours là.
error-bad-request-title = Nous ne comprenons pas cette demande
error-bad-request-text = Ouvrez de nouveau l’activité depuis votre cours.
error-too-large-title = C’est trop long
error-too-large-text = Le texte dépasse ce que nous pouvons prendre. Raccourcissez-le et renvoyez-le.
error-method-title = Cette page ne s’ouvre pas ainsi
error-method-text = Ouvrez de nouveau l’activité depuis votre cours.
error-host-title = Ce n’est pas l’adresse de Cercle
error-host-text = Ouvrez l’activité depuis votre cours. Administrateurs : l’adresse doit être celle de CERCLE_PUBLIC_URL.
error-refused-title = Ce n’est pas possible maintenant
error-start-from-course-title = Commencez depuis votre cours
error-start-from-course-text = Cette adresse ne fonctionne que si votre plateforme l’ouvre. Allez dans votre cours et ouvrez-y l’activité.
error-platform-unknown-title = Nous ne connaissons pas cette plateforme
error-platform-unknown-text = Votre administrateur doit d’abord l’enregistrer, avec exactement cet émetteur et ce client ID.
error-platform-disabled-title = Cette plateforme est désactivée ici
error-platform-disabled-text = Votre administrateur l’a désactivée dans Cercle. Demandez-lui de la réactiver.
error-deployment-pending-title = En attente de votre administrateur
error-deployment-pending-text = Cette installation de l’outil est nouvelle pour nous. Votre administrateur doit l’approuver ; ouvrez ensuite de nouveau l’activité.
error-deployment-disabled-title = Cette installation est désactivée
error-deployment-disabled-text = Votre administrateur a désactivé cette installation de l’outil. Demandez-lui de la réactiver.
error-anonymous-title = Votre plateforme cache qui vous êtes
error-anonymous-text = Travailler entre pairs demande de savoir à qui est chaque travail. Connectez-vous à votre plateforme ; si vous l’êtes déjà, demandez à l’administrateur de transmettre l’identifiant à cet outil.
error-launch-stale-title = Cette ouverture n’est plus valable
error-launch-stale-text = Elle a pris trop de temps, ou a commencé dans un autre navigateur. Ouvrez de nouveau l’activité depuis votre cours.
error-launch-used-title = Cette ouverture a déjà servi
error-launch-used-text = Recharger la page ne fonctionne pas ici. Ouvrez de nouveau l’activité depuis votre cours.
error-launch-clock-title = Le message de votre plateforme est périmé
error-launch-clock-text = Ouvrez de nouveau l’activité depuis votre cours. Si cela arrive à chaque fois, l’horloge de la plateforme ou de Cercle est fausse : prévenez votre administrateur.
error-launch-refused-title = Nous n’avons pas pu vérifier cette ouverture
error-launch-refused-text = Ouvrez de nouveau l’activité depuis votre cours. Si cela recommence, donnez la référence ci-dessous à votre administrateur : le journal dit pourquoi.
error-platform-error-title = Votre plateforme ne vous a pas laissé entrer
error-platform-error-text = Souvent, sa propre session est terminée, ou ses cookies sont bloqués dans ce cadre. Reconnectez-vous, ou ouvrez l’activité dans une nouvelle fenêtre.
error-message-type-title = Ce type de lien n’est pas encore pris en charge
error-message-type-text = Ouvrez l’activité elle-même depuis votre cours.
error-deep-linking-role-title = Seuls les formateurs choisissent ce qui est placé dans un cours
error-deep-linking-role-text = Votre rôle dans ce cours n’est pas celui de formateur. S’il devait l’être, demandez à l’administrateur de la plateforme de le vérifier.
error-review-role-title = C’est le travail de quelqu’un d’autre
error-review-role-text = Depuis le carnet de notes, vous pouvez ouvrir votre propre travail. Seuls les formateurs du cours ouvrent celui des autres.
error-deep-linking-answer-title = Nous ne pouvons pas répondre à votre plateforme
error-deep-linking-answer-text = Elle ne dit pas où envoyer la réponse, ou elle nomme une adresse qui n’est pas la sienne. Donnez à votre administrateur la référence ci-dessous. Rien n’a été placé.
error-deep-linking-place-title = Rien de ce que nous avons ne va ici
error-deep-linking-place-text = Cet emplacement n’accepte pas d’activité. Ajoutez-en une depuis un cours, comme outil externe.
error-admin-session-title = Votre session est terminée
error-admin-session-text = Reconnectez-vous à la console dans une autre fenêtre. Ce que vous avez saisi est encore là, à copier.
error-admin-link-title = Cette adresse n’est plus valable
error-admin-link-text = Elle marche une fois, pendant 30 minutes. Créez-en une autre sur le serveur de Cercle : cercle admin link
error-rate-limited-title = Trop d’ouvertures à la fois
error-rate-limited-text = Attendez une minute, puis ouvrez de nouveau l’activité depuis votre cours.
error-lms-unreachable-title = Votre plateforme ne nous répond pas
error-lms-unreachable-text = Nous ne pouvons pas vérifier sa signature. Réessayez dans quelques minutes ; si cela dure, prévenez votre administrateur.

## Refus d’une règle
refused-released = Les notes sont déjà publiées : ceci ne peut plus changer.
refused-changed-meanwhile = Quelqu’un d’autre a modifié ceci entre-temps. Rouvrez la page, regardez, et refaites votre modification.
refused-work-too-long = Le texte dépasse 200 Ko. Raccourcissez-le ; rien n’a été perdu.
refused-work-empty = Il n’y a encore ni texte ni fichier. Écrivez votre travail ou ajoutez un fichier, puis remettez-le.
refused-work-handed-in = Ce travail a déjà été remis.
refused-work-newer-elsewhere = Un texte plus récent a été enregistré depuis une autre fenêtre, ou par quelqu’un de votre équipe. Copiez ce que vous avez écrit ici, puis rouvrez la page.
refused-work-deadline-passed = Le délai de remise est passé. Votre texte est enregistré. Demandez à votre formateur s’il peut encore être remis.
refused-work-opened = Un relecteur a ouvert votre travail : il ne peut plus être modifié.
refused-file-type = Ce type de fichier n’est pas accepté, ou son contenu n’est pas ce que dit son nom. Sont acceptés Word (docx), Excel (xlsx), PowerPoint (pptx), OpenDocument, PDF, PNG, JPEG, WebP et les fichiers texte ; enregistrez d’abord les anciens formats (doc, xls, ppt) dans le nouveau.
refused-file-damaged = Ce fichier ne peut pas être lu jusqu’au bout. Ouvrez-le sur votre ordinateur, enregistrez-le de nouveau et envoyez ce fichier-là.
refused-file-protected = Ce fichier ne s’ouvre qu’avec un mot de passe : vos relecteurs ne pourraient pas le lire. Enregistrez-le sans mot de passe et envoyez ce fichier-là.
refused-file-macros = Ce fichier contient des macros, c’est-à-dire des programmes. Enregistrez-le sans macros (docx, xlsx, pptx ou sans Basic) et envoyez ce fichier-là.
refused-file-bomb = Ce fichier devient trop volumineux quand on l’ouvre. Réduisez-le, par exemple avec des images moins nombreuses ou plus petites.
refused-file-pixels = Cette image a plus de 40 millions de pixels. Réduisez-la et envoyez la nouvelle.
refused-file-infected = L’antivirus a trouvé quelque chose dans ce fichier ; il n’a pas été accepté. Vérifiez votre ordinateur et prévenez votre service informatique.
refused-file-unchecked = Les fichiers ne peuvent pas être vérifiés en ce moment ; aucun n’est accepté. Votre texte est en sécurité. Réessayez dans quelques minutes.
refused-file-too-large = Ce fichier est trop volumineux. Réduisez-le, par exemple avec des images plus petites.
refused-file-empty = Ce fichier est vide.
refused-file-no-room = Il n’y a plus de place pour les fichiers en ce moment. Votre texte est en sécurité. Prévenez votre formateur et réessayez plus tard.
refused-file-missing = Ce fichier n’est pas à sa place. Prévenez votre formateur ou l’administrateur de votre LMS.
refused-files-too-many = Un travail a au plus 20 fichiers. Retirez-en un d’abord, ou réunissez-en plusieurs dans un document.
refused-files-too-large = Les fichiers de ce travail sont trop volumineux ensemble. Retirez-en un d’abord, ou réduisez-les.
refused-review-deadline-passed = Le délai des relectures est passé. Ce que vous avez écrit est enregistré. Demandez à votre formateur.
refused-review-practise-first = Entraînez-vous d’abord : votre formateur a noté un travail avec lequel comparer.
refused-practice-sent = Vous avez déjà comparé celui-ci ; il y a un seul essai.
refused-example-too-many = Il y a déjà autant de travaux d’entraînement que possible. Retirez-en un d’abord.
refused-example-empty = Écrivez ou collez le travail sur lequel les apprenants s’entraînent.
refused-example-tolerance = Proche veut dire de 1 à 50 points.
refused-example-rubric = La grille a changé depuis que ce travail a été noté. Ajoutez-le de nouveau avec vos notes selon la nouvelle.
refused-review-hand-in-first = Remettez d’abord votre propre travail ; vous recevrez ensuite des travaux à relire.
refused-review-none-waiting = Aucun travail n’attend de relecture pour l’instant.
refused-review-sent = Cette relecture a déjà été envoyée.
refused-review-declined = Vous avez laissé ce travail à quelqu’un d’autre, ou votre formateur l’a retiré. Revenez à l’activité pour en recevoir un autre.
refused-column-gone = Cette colonne ne peut plus être choisie : elle a disparu, ou les notes en ont trouvé une autre. Regardez de nouveau les notes.
refused-test-user = Vous êtes la personne de test de votre plateforme : vous pouvez tout voir et écrire, mais vous ne participez pas aux relectures.
refused-mark-no-reason = Dites pourquoi : l’apprenant lit la raison à côté de la note.
refused-mark-reason-too-long = La raison dépasse 1 000 caractères.
refused-mark-range = La note doit être un nombre de 0 à 100.
refused-release-changed = Une note a changé depuis l’ouverture de cet aperçu. Regardez-le de nouveau, puis publiez.
refused-release-no-marks = Personne n’a encore de note : il n’y a rien à publier.
refused-extension-no-end = Cette date n’a de fin pour personne, il n’y a rien à prolonger.
refused-extension-earlier = Une prolongation doit finir après la date de tous.
refused-extension-no-reason = Dites pourquoi : l’apprenant lit la raison.
refused-extension-unreadable = Une date n’a pas pu être lue. Choisissez-la à nouveau.
refused-nothing-written = Rien n’est encore écrit.
refused-response-too-long = Le texte est trop long. Raccourcissez-le ; rien n’est perdu.
refused-helpful-range = Choisissez un nombre de 1 à 5.
refused-replied-already = Vous avez déjà répondu ; une seule réponse est possible. Elle est affichée plus bas.
refused-reported-already = Vous avez déjà signalé cette relecture ; votre formateur va la regarder.
refused-appealed-already = Vous avez déjà demandé à votre formateur ; la réponse sera ici.
refused-picker-nothing = Rien n’est choisi pour l’instant. Choisissez une activité, puis ajoutez-la.
refused-picker-too-many = Cela fait plus de 50 activités à la fois. Choisissez-en moins.
refused-picker-one = Votre plateforme accepte ici une seule activité. Choisissez-en une.
refused-picker-answered = Vous avez déjà répondu. Fermez cette fenêtre et regardez dans votre cours ; pour choisir à nouveau, rouvrez la sélection depuis le cours.
refused-rotation-under-way = Une rotation est en cours. Attendez que la nouvelle clé signe.

## Pas encore prêt
not-set-up-title = Pas encore prêt
not-set-up-text = Votre formateur n’a pas encore préparé cette activité.
not-set-up-next = Revenez plus tard, ou demandez à votre formateur.
no-work-yet-title = Pas encore de travail
no-work-yet-text = Cette personne n’a pas encore ouvert l’activité ; il n’y a donc rien à voir.
no-work-yet-group = Voir le groupe

## Choisir ce qui est placé
pick-crumb = Choisir une activité
pick-title = Que faut-il ajouter au cours ?
pick-link-title = Que doit ouvrir ce lien ?
pick-unknown = Ce lien nomme une activité inconnue dans ce cours : elle appartient à un autre cours, ou elle n’existe plus. Choisissez ce qu’il doit ouvrir à la place.
pick-new = Une nouvelle évaluation par les pairs
pick-new-text = Une page : consigne, dates, grille.
pick-new-go = En créer une
pick-existing = Une activité existante
pick-search = Chercher par titre ou par cours
pick-search-go = Chercher
pick-found = { $n ->
    [0] Rien ne correspond.
    [one] { $n } activité
   *[other] { $n } activités
}
pick-here = dans ce cours
pick-changed = modifiée
pick-place = La placer
pick-again = Un lien de plus vers elle
pick-copy = Utiliser une nouvelle copie
pick-help = Une nouvelle copie a la même consigne, la même grille et les mêmes réglages, et aucun travail. Un lien de plus ouvre la même activité ; ses notes restent dans la colonne du premier lien.
pick-add = Ajouter au cours
pick-open = L’ouvrir ici
pick-pages = Pages
pick-page = Page { $n } sur { $k }
pick-previous = Précédente
pick-next = Suivante
pick-cancel = Annuler et revenir au cours
answer-title = Retour à votre cours
answer-text = Votre plateforme prend la suite.
answer-go = Continuer

## Préparation
setup-title = Préparer une évaluation par les pairs
setup-crumb = Nouvelle activité
setup-intro = Les apprenants remettent un travail, relisent ceux des autres avec votre grille, et reçoivent une note que vous publiez.
setup-correct = À corriger :
setup-task = La consigne
setup-field-title = Titre
setup-field-brief = Consigne
setup-brief-help = Que faut-il remettre, et à quoi cela sert-il ?
setup-when = Dates
setup-field-work-due = Remise jusqu’au
setup-field-review-due = Relecture jusqu’au
setup-dates-help = Laissez une date vide pour ne pas fixer de limite. Les relectures commencent dès que deux travaux sont remis.
setup-reviewing = Relectures
setup-field-reviews = Relectures par apprenant
setup-field-anonymity = Qui voit le nom de qui ?
anonymity-double-blind = Double aveugle
anonymity-double-blind-help = Ni les auteurs ni les relecteurs ne voient de nom. Vous voyez les deux.
anonymity-open = Ouvert
anonymity-open-help = Auteurs et relecteurs voient leurs noms.
setup-more = Plus : comment la note est faite, une note pour les relectures
setup-field-method = Comment les relectures font-elles une note ?
method-robust = Robuste
method-robust-help = Les relectures sont corrigées selon la sévérité ou l’indulgence de leur auteur envers tous, et les relecteurs soigneux comptent plus. Les groupes de moins de 8 travaux, ou de moins de 2,5 relectures par travail, reçoivent la moyenne.
method-mean = Moyenne
method-mean-help = Toutes les relectures comptent autant.
method-median = Médiane
method-median-help = C’est la relecture du milieu qui compte. Avec 3 à 5 relectures, elle est moins exacte que la moyenne.
setup-field-reviewing = Noter aussi les relectures, dans une deuxième colonne du carnet de notes
setup-reviewing-help = Chaque apprenant qui a remis son travail reçoit 0–100 : la part des relectures demandées qu’il a envoyées. Publiée avec les notes.
setup-field-quality = Compter aussi la qualité des relectures
setup-quality-help = La part compte pour 60 % ; le reste dépend de la qualité : la proximité avec les notes (à 30 points d’écart, rien) et l’utilité pour les auteurs. Qui est sévère avec tous n’y perd rien avec la note robuste. Les auteurs évaluent après la publication : leurs évaluations comptent à partir de la publication suivante.
reviewing-column = { $title } – relectures
setup-rubric = Grille d’évaluation
setup-rubric-help = Partez d’un de ces modèles, puis changez ce que vous voulez. En choisir un remplace les critères ci-dessous.
setup-rubric-in-use = La grille ne change plus : les relectures ont commencé, ou des travaux d’entraînement sont notés avec elle.
setup-criterion = Critère { $n }
setup-criterion-title = Nom
setup-criterion-weight = Poids (1–100)
setup-criterion-desc = Ce que l’on regarde
setup-levels-help = Niveaux du plus bas au plus haut. Les points ne comptent qu’à l’intérieur d’un critère : le meilleur niveau compte en entier.
setup-level = Niveau { $n }
setup-level-label = Nom du niveau
setup-level-points = Points
setup-level-desc = À quoi ressemble un travail de ce niveau
setup-add-level = Ajouter un niveau
setup-remove-level = Retirer le dernier niveau
setup-remove-criterion = Retirer ce critère
setup-add-criterion = Des niveaux au choix
setup-add = Ajouter à la grille :
setup-add-number = Un nombre
setup-add-yes-no = Oui ou non
setup-add-words = Une réponse en mots
setup-criterion-most = Nombre le plus haut
setup-comment-needed = Un commentaire est nécessaire
setup-words-needed = Une réponse est nécessaire
setup-import = Reprendre une grille d’un fichier
setup-import-text = La grille, en CSV ou JSON
setup-import-file = Ou choisissez un fichier
setup-import-help = Elle remplace les critères ci-dessus. Un CSV a besoin d’une colonne « criterion » et, pour les niveaux, d’une colonne « level » avec une ligne par niveau ; enregistrez une grille dans un fichier pour voir toutes les colonnes.
setup-import-use = Utiliser cette grille
setup-import-pending = Une grille a été collée sans être utilisée. Cliquez « Utiliser cette grille », ou videz le champ.
setup-export = Enregistrer cette grille dans un fichier :
rubric-yes = Oui
rubric-no = Non
rubric-most = Le nombre le plus haut va de 1 à 100.
rubric-nothing-marked = Au moins un critère doit compter : avec des niveaux ou un nombre.
table-empty = Collez d’abord une liste ou choisissez un fichier.
table-too-long = C’est plus long qu’une telle liste ne peut l’être.
rubric-file-json = Ce n’est pas une grille en JSON. Enregistrez-en une dans un fichier pour voir à quoi elle ressemble.
table-no-csv = Cela ne se lit pas comme du CSV.
table-columns = La première ligne doit nommer les colonnes ; il en manque une nécessaire.
table-cell = Ligne { $line }, colonne « { $column } » : « { $text } » ne peut pas être là.
setup-use-existing = Utiliser une activité existante, ou une copie
setup-column = Dans le carnet de notes
setup-field-points = Points de la note maximale (1–1000)
setup-points-help = Votre plateforme crée une colonne avec ce nombre de points. Ici, les notes sont sur 100 ; elles sont converties.
setup-save = Créer l’activité
settings-title = Réglages
settings-save = Enregistrer les réglages
setup-no-title = Donnez un titre à l’activité.
setup-title-too-long = Le titre dépasse 200 caractères.
setup-no-brief = Écrivez une consigne : les apprenants doivent savoir quoi remettre.
setup-brief-too-long = La consigne dépasse 200 Ko.
setup-work-date-unreadable = « Remise jusqu’au » n’est pas une date lisible.
setup-review-date-unreadable = « Relecture jusqu’au » n’est pas une date lisible.
setup-review-before-work = « Relecture jusqu’au » doit venir après « Remise jusqu’au ».
setup-work-date-past = La date de remise est déjà passée. Pour y mettre fin maintenant, choisissez cette minute.
setup-review-date-past = La date des relectures est déjà passée. Pour y mettre fin maintenant, choisissez cette minute.
setup-reviews-range = Choisissez de 1 à 6 relectures par apprenant.
setup-points-range = Les points doivent être un nombre entier de 1 à 1000.
rubric-problem-in = Critère { $n } : { $problem }
rubric-no-criteria = La grille a besoin d’au moins un critère.
rubric-too-many-criteria = La grille a plus de 10 critères.
rubric-criterion-untitled = donnez-lui un nom.
rubric-text-too-long = un texte est trop long.
rubric-weight = le poids doit être un nombre de 1 à 100.
rubric-levels-count = donnez-lui de 2 à 6 niveaux.
rubric-level-unnamed = donnez un nom à chaque niveau.
rubric-points-rise = les points doivent être des nombres entiers de 0 à 100 qui montent d’un niveau à l’autre.

## Page de l’apprenant
set-by = Proposé par { $name }
step-hand-in = Remise
step-practise = Entraînement
step-review = Relecture
step-feedback = Retours
step-result = Résultat
handed-in-on = Remis
reviews-of = { $n ->
    [one] { $n } relecture sur { $k }
   *[other] { $n } relectures sur { $k }
}
reviews-received = { $n ->
    [one] { $n } relecture
   *[other] { $n } relectures
}
after-release = quand votre formateur les publie
watch-title = Vous observez
watch-text = Votre rôle dans ce cours ne participe pas à cette activité. Vous pouvez lire la consigne ci-dessous.
next-write = À faire : écrire votre travail
next-continue-writing = À faire : terminer votre travail
next-write-text = Après la remise, vous recevrez { $n ->
    [one] un travail
   *[other] { $n } travaux
} à relire, l’un après l’autre.
start-writing = Commencer à écrire
continue-writing = Continuer à écrire
missed-title = Le délai de remise est passé
missed-text = Vous ne pouvez plus remettre vous-même. Demandez à votre formateur ce qui est encore possible.
read-draft = Lire votre brouillon
next-practise-title = { $n ->
    [one] À faire : s’entraîner sur un travail
   *[other] À faire : s’entraîner sur { $n } travaux
  }
next-practise-text = Avant de relire les autres, notez ce que votre formateur a déjà noté, puis comparez. Ce n’est pas noté ; là où les notes sont corrigées de la sévérité, cela montre la vôtre.
practise-start = S’entraîner
practised-title = Vos travaux d’entraînement
next-review-title = À faire : relire { $n ->
    [one] encore un travail
   *[other] encore { $n } travaux
}
next-review-text = Vous en avez relu { $n } sur { $k }.
authors-dont-see-you = Les auteurs ne voient pas votre nom.
authors-see-you = Les auteurs voient votre nom.
start-review = Commencer la prochaine relecture
continue-review = Continuer votre relecture
no-work-title = Pas encore de travail à relire
no-work-text = Les autres n’ont pas encore remis assez de travaux. Revenez plus tard ; attendre ne fait rien perdre.
look-again = Regarder de nouveau
reviews-over-title = Le délai des relectures est passé
reviews-over-text = Vous avez envoyé { $n } relectures sur { $k }. Votre formateur publie le résultat.
waiting-title = C’est fait pour l’instant
waiting-text = Vous avez remis votre travail et envoyé toutes vos relectures. Vos retours et votre note seront ici dès que votre formateur les publie.
asked-text = Votre formateur vous demande de relire un travail de plus.
volunteer-text = Certains travaux ont trop peu de relectures. Si vous voulez, vous pouvez en relire un de plus.
volunteer-start = Relire un travail de plus
no-result-title = Pas de résultat
no-result-text = Les notes sont publiées, et il n’y en a pas pour vous. Demandez à votre formateur.
your-result = Votre résultat
mark-made = { $n ->
    [one] C’est le total de la grille d’une relecture.
   *[other] C’est la moyenne des totaux de la grille de { $n } relectures.
}
mark-made-median = { $n ->
    [one] C’est le total de la grille d’une relecture.
   *[other] C’est la médiane des totaux de la grille de { $n } relectures.
}
mark-made-robust = { $n ->
    [one] Elle vient d’une relecture, corrigée selon la sévérité ou l’indulgence de son auteur envers tous.
   *[other] Elle vient de { $n } relectures. Chacune est corrigée selon la sévérité ou l’indulgence de son auteur envers tous, et les relecteurs soigneux comptent plus. La simple moyenne serait { $mean }.
}
mark-made-guarded = Elle reste à moins de 10 points de la moyenne.
mark-made-level = Des notes données par votre formateur ont légèrement déplacé toutes les notes.
mark-made-practice = La façon dont chacun a noté les travaux d’entraînement a montré sa sévérité.
review-counted = comptée pour { $mark }, avec un poids de { $weight } (1 est habituel)
mark-by-trainer = Votre formateur a décidé cette note :
mark-peers-were = { $n ->
    [one] La relecture donnait { $mark }.
   *[other] Les { $n } relectures donnaient { $mark }.
}
grade-sent = Dans le carnet de notes de la plateforme
grade-taken = Envoyée à la plateforme, vérification en cours
grade-not-yet = Pas encore envoyée à la plateforme
grade-nowhere = Non envoyée à un carnet de notes
appeal-title = Je ne suis pas d’accord avec cette note
appeal-text = Que devrait revoir votre formateur ?
appeal-help = Vous pouvez demander une fois. Votre formateur répond sous sept jours et voit votre nom.
appeal-send = Demander au formateur
appeal-open = Vous avez demandé à votre formateur de revoir cette note.
appeal-accepted = Votre formateur vous a donné raison.
appeal-rejected = Votre formateur l’a revue ; la note reste.
appeal-until = Réponse attendue pour le
appeal-answer = La réponse :
helpful-question = Cette relecture vous a-t-elle aidé ?
helpful-least = pas du tout
helpful-most = beaucoup
reply-title = Répondre au relecteur
reply-text = Votre réponse (une seule ; le relecteur peut y répondre une fois)
reply-yours = Votre réponse :
reply-theirs = L’auteur a répondu :
answer-yours = Votre réponse :
answer-theirs = Le relecteur a répondu :
answer-own-text = Votre réponse (une seule)
answer-send = Envoyer la réponse
response-save = Enregistrer
given-title = Vos relectures
given-alone = Personne d’autre n’a relu ce travail.
given-same = Vous avez donné autant de points que les autres.
given-more = Vous avez donné { $points } points de plus que les autres.
given-less = Vous avez donné { $points } points de moins que les autres.
given-helpful = L’auteur l’a trouvée utile : { $n } sur 5.
feedback-title = Ce que vos relecteurs ont écrit
feedback-none = Personne n’a relu votre travail.
review-excluded = Votre formateur a retiré une relecture de votre travail. Si elle comptait dans cette note, la note change à la prochaine publication. La raison :
given-excluded = Votre formateur a retiré cette relecture. La raison :
report-title = Signaler cette relecture au formateur
report-text = Qu’est-ce qui ne va pas ?
report-send = Signaler
report-open = Vous avez signalé cette relecture ; votre formateur va la regarder.
report-upheld = Vous avez signalé cette relecture ; votre formateur l’a retirée.
report-rejected = Vous avez signalé cette relecture ; votre formateur l’a regardée, et elle reste.
sent-title = Relectures envoyées
change-review-of = Lire ou modifier votre relecture : { $name }
work-withheld = Votre formateur a retiré ce travail de la relecture : plus personne ne le reçoit. La raison :
review-number = Relecture { $n }
review-by = Relecture : { $name }
weight-percent = poids { $n } %
overall-comment = Dans l’ensemble
the-task = La consigne
your-work = Votre travail
step-not-started = pas commencé
step-draft = brouillon
step-handed-in = remis
reviewers-see-number = Les relecteurs voient un numéro, pas votre nom, et chacun un autre.
take-back = Modifier mon travail
take-back-help = Possible jusqu’à ce qu’un relecteur l’ouvre.

## Éditeur
editor-title = Votre travail
editor-label = Texte de votre travail
hand-in = Remettre
hand-in-until = Remise jusqu’au
hand-in-help = Après la remise, vous pouvez encore le modifier jusqu’à ce qu’un relecteur l’ouvre.
editor-closed = Le délai de remise est passé. Ce que vous écrivez est encore enregistré ; demandez à votre formateur.
files-title = Fichiers
files-add = Ajouter des fichiers
files-help = Word, Excel, PowerPoint, OpenDocument, PDF, images ou texte ; { $n } Mo au plus par fichier. Les relecteurs reçoivent des copies sans votre nom dans les propriétés, les commentaires et les modifications du fichier. Vérifiez qu’il ne figure pas non plus dans le texte.
file-sending = est en cours d’envoi :
file-failed = n’a pas été accepté :
file-remove = Retirer
file-remove-named = Retirer { $name }
file-copy = Ce que reçoivent les relecteurs
file-unseen-parts = Ce fichier contient des objets d’autres programmes qui ne peuvent pas être examinés. S’ils risquent de montrer votre nom, retirez-les ou remplacez-les par une image.
file-show = Afficher ici
file-number = Fichier { $n }
file-size-kb = { $n } Ko
file-size-mb = { $n } Mo

## Page de relecture
review-n-of-k = Relecture { $n } sur { $k }
work-by = Travail : { $name }
kept-for-you-until = Gardé pour vous jusqu’au
review-closed = Cette relecture ne peut plus être modifiée.
review-changing = Envoyée. Vous pouvez encore la modifier jusqu’à la fin du délai de relecture ; les changements comptent quand vous l’envoyez de nouveau.
review-declined = Ce travail va à quelqu’un d’autre.
review-incomplete = Pas encore envoyée ; tout ce que vous avez écrit est enregistré.
review-thin = Vos commentaires sont très courts. Qu’est-ce qui aiderait l’auteur à progresser ? Ajoutez une phrase, ou envoyez la relecture telle quelle.
review-missing = { $n ->
    [0] {""}
    [one] Un critère a besoin d’un niveau.
   *[other] { $n } critères ont besoin d’un niveau.
} { $k ->
    [0] {""}
    [one] Un critère a besoin d’un commentaire.
   *[other] { $k } critères ont besoin d’un commentaire.
}
your-assessment = Votre évaluation
choose-level = Choisissez un niveau.
comment-label = Commentaire
words-label = Votre réponse
number-label = Un nombre de 0 à { $n }
write-number = Écrivez un nombre entier de 0 à { $n }.
comment-placeholder = Qu’avez-vous lu qui vous fait choisir ce niveau ?
write-answer = Écrivez une réponse.
write-comment = Écrivez un commentaire.
send-review = Envoyer la relecture
send-review-help = Vous pourrez encore la modifier jusqu’à la fin du délai de relecture.
send-again = Envoyer de nouveau
leave-as-sent = La laisser telle qu’envoyée
back-to-activity = Retour à l’activité
give-back = Rendre ce travail
give-back-help = Quelqu’un d’autre le relira. Ce que vous avez écrit est gardé.
practice-n-of-k = Travail d’entraînement { $n } sur { $k }
practice-help = Notez-le comme vous noteriez le travail d’un collègue. Vous voyez ensuite ce que votre formateur a donné, et pourquoi.
practice-comments = Personne n’attend vos commentaires ici : écrivez-les là où ils vous aident à décider.
practice-send = Comparer avec le formateur
practice-once = Il y a un seul essai par travail, car il montre comment vous notez de vous-même.
practice-compared = Vous avez donné { $own } points, votre formateur { $theirs }.
practice-near = C’est proche.
practice-far = C’est à plus de { $n } points : regardez ci-dessous ce que votre formateur a vu avant de continuer.
practice-title = Vos notes à côté de celles du formateur
practice-yours = Vous
practice-trainers = Formateur
practice-next = Travail d’entraînement suivant
examples-title = Travaux d’entraînement
examples-help = Les apprenants les notent avant de relire les autres, puis voient vos notes et commentaires à côté des leurs. La façon dont ils les notent montre la sévérité de chacun, ce qui rend les notes robustes plus justes. Qui a déjà commencé à relire n’est plus sollicité.
examples-none = Il n’y en a pas : les apprenants relisent sans s’entraîner.
examples-inherited = { $n ->
    [one] L’activité dont celle-ci est la copie a un travail d’entraînement.
   *[other] L’activité dont celle-ci est la copie a { $n } travaux d’entraînement.
  }
examples-inherit = Les utiliser ici aussi
example-number = Travail d’entraînement { $n }
examples-withdrawn = retiré
examples-old = fait avec une grille antérieure
examples-mark = Votre note : { $mark }. À { $n } points près, c’est proche.
examples-tried = { $n ->
    [0] Personne ne l’a encore noté.
    [one] Un apprenant l’a noté.
   *[other] { $n } apprenants l’ont noté.
  }
examples-results = Proches : { $near }. En moyenne, ils ont donné { $mean }.
examples-show = Voir le travail et vos notes
examples-withdraw = Retirer
examples-restore = L’utiliser de nouveau
examples-enough = Il y a { $n } travaux d’entraînement, le maximum. Retirez-en un pour en ajouter un autre.
examples-add = Ajouter un travail d’entraînement
examples-add-help = Un travail typique, ou celui d’un groupe précédent sans nom dedans. Vos commentaires disent aux apprenants quoi regarder.
examples-text = Le travail
examples-assess = Vos notes
examples-tolerance = Proche veut dire à tant de points près
examples-tolerance-help = De 1 à 50. Un apprenant plus éloigné est invité à lire vos commentaires avant de continuer.
examples-save = Ajouter ce travail
decline-title = Je ne peux pas relire ce travail
decline-help = Vous en recevez un autre à la place. Votre formateur voit quels travaux ont été rendus ; l’auteur ne le voit pas.
decline-conflict = Je sais qui l’a écrit
decline-problem-label = Ou dites ce qui ne va pas : vide, hors sujet, copié, blessant, illisible…
decline-problem = Signaler un problème dans ce travail

## Page du groupe
preview-release = Aperçu de la publication
released-on = Publié
group-copied = Copie d’une autre activité : même consigne et même grille, aucun travail. Les dates déjà passées ont été retirées ; vérifiez les réglages.
roster-held = { $n ->
    [one] Une personne ne figure plus dans votre plateforme, ce qui est une grande partie du groupe. Elle reste ici jusqu’à ce que vous disiez qu’elle est partie.
   *[other] { $n } personnes ne figurent plus dans votre plateforme, ce qui est une grande partie du groupe. Elles restent ici jusqu’à ce que vous disiez qu’elles sont parties.
}
roster-left = Elles sont parties
roster-reading = La liste de votre plateforme est en cours de lecture. Revenez dans un instant.
roster-failed = La liste de votre plateforme n’a pas pu être lue. Personne n’a été retiré ; nouvel essai dans l’heure.
roster-read = Liste de votre plateforme lue le
roster-now = La lire maintenant
no-work-date = Pas de date de remise
no-review-date = pas de date de relecture
review-until = relecture jusqu’au
group-empty-title = Personne n’a encore ouvert l’activité
group-empty-text = Les apprenants apparaissent ici quand ils l’ouvrent pour la première fois depuis le cours.
to-do-now = À faire maintenant
todo-not-handed-in = { $n ->
    [one] apprenant n’a pas remis
   *[other] apprenants n’ont pas remis
}
todo-reviews-owed = { $n ->
    [one] relecture encore due
   *[other] relectures encore dues
}
todo-short = { $n ->
    [one] travail manque de relectures
   *[other] travaux manquent de relectures
}
todo-marked = { $n ->
    [one] apprenant a une note
   *[other] apprenants ont une note
}
todo-unsent = { $n ->
    [one] note publiée absente de la plateforme
   *[other] notes publiées absentes de la plateforme
}
resend = Renvoyer maintenant
group-title = Le groupe, étape par étape
group-legend = ✓ remis · ✎ brouillon · – pas commencé
looks-title = À regarder
looks-help = Quelques notes de votre main rendent toutes les notes plus justes : décidez-les sur la fiche de l’apprenant.
look-unreviewed = personne ne l’a relu
look-disagreement = ses relectures sont très éloignées : de { $low } à { $high }
look-unsure = sa note n’est pas sûre : ± { $margin }
shortage = { $n ->
    [one] Il manquera sans doute une relecture à la fin du délai. Relancez ceux qui en doivent encore, donnez plus de temps, ou notez un travail vous-même.
   *[other] Il manquera sans doute { $n } relectures à la fin du délai. Relancez ceux qui en doivent encore, donnez plus de temps, ou notez quelques travaux vous-même.
}
col-learner = Apprenant
col-work = Travail
col-given = Relectures faites
col-received = Reçues
col-mark = Note
col-reviewing = Relectures
col-which = Pour
col-grade = Sur la plateforme
col-next = Ensuite
n-of-k = { $n } sur { $k }
next-start = doit commencer à écrire
next-hand-in = doit remettre
next-missed-hand-in = a manqué la remise : à contacter
next-review = doit relire
next-missed-reviews = a manqué des relectures : à contacter
next-wait = attend les relectures des autres
next-ready = prêt pour la publication
next-done = terminé
grade-after-release = après la publication
grade-waiting = En attente d’envoi
grade-paused = En attente : le serveur a été restauré depuis une sauvegarde, un administrateur doit autoriser l’envoi
grade-conflict = La plateforme montre une autre note
grade-conflict-with = La plateforme montre { $theirs }
grade-kept = La note de la plateforme est gardée
grade-stopped = N’est plus envoyée
grade-retrying = Pas encore envoyée : { $reason }. Un nouvel essai se fait tout seul.
grade-failed = Absente de la plateforme : { $reason }
grade-class-no_service = la plateforme n’offre pas de colonne à cette activité
grade-class-unreachable = la plateforme est injoignable
grade-class-no_answer = la plateforme n’a pas répondu
grade-class-unavailable = la plateforme a un problème
grade-class-throttled = la plateforme nous demande d’attendre
grade-class-token_refused = la plateforme refuse notre identification
grade-class-user_not_gradable = la plateforme ne compte pas cette personne parmi les apprenants du cours
grade-class-line_item_missing = la colonne du carnet de notes n’existe plus
grade-class-lms_not_accepting = la plateforme ne prend pas de notes pour cette activité (non publiée ou fermée)
grade-class-lms_refuses = la plateforme refuse cette note, elle y est peut-être verrouillée
grade-class-forbidden = la plateforme ne nous laisse pas écrire dans cette colonne
grade-class-scope_missing = la plateforme ne donne pas le droit d’envoyer des notes
grade-class-registration_disabled = cette plateforme est désactivée dans Cercle
grade-class-certificate = le certificat de la plateforme n’est pas valide
grade-class-blocked_address = Cercle n’a pas le droit de parler à l’adresse de la plateforme
grade-class-moved = la plateforme a changé d’adresse
grade-class-clock = l’horloge du serveur était fausse
grade-class-busy = Cercle était occupé
grade-class-gave_up = aucun succès depuis deux semaines
grade-class-other = la plateforme ne la prend pas
grade-advice-user_not_gradable = Inscrivez cette personne comme apprenant au cours de la plateforme. Un nouvel essai se fait à sa prochaine visite et chaque jour.
grade-advice-line_item_missing = Recréez la colonne, ou placez de nouveau l’activité dans le cours.
grade-advice-lms_not_accepting = Publiez l’activité sur la plateforme, ou ouvrez la période de notation. Un nouvel essai se fait chaque jour.
grade-advice-lms_refuses = Déverrouillez la note dans le carnet de la plateforme. Un nouvel essai se fait toutes les quelques heures.
grade-advice-forbidden = Demandez à l’administrateur de la plateforme si Cercle peut écrire des notes dans ce cours.
grade-advice-no_service = Demandez à l’administrateur de la plateforme d’ouvrir le carnet de notes à Cercle, puis rouvrez l’activité depuis le cours.
grade-advice-token_refused = Demandez à l’administrateur de regarder cette plateforme dans la console de Cercle.
grade-advice-scope_missing = Demandez à l’administrateur de la plateforme de permettre à Cercle d’envoyer des notes.
grade-advice-registration_disabled = Demandez à l’administrateur de Cercle d’activer cette plateforme.
grade-advice-gave_up = La note est gardée ici. Réessayez quand la plateforme fonctionne.
grades-title = Notes sur la plateforme
grades-none = Aucune note n’est encore publiée.
grades-intro = Chaque note est sur la plateforme, en route, ou attend votre décision. Rien n’est perdu.
grades-lost = { $n ->
    [one] La colonne du carnet n’existe plus ; { $n } note en attend une.
   *[other] La colonne du carnet n’existe plus ; { $n } notes en attendent une.
}
grades-new-column = Recréer la colonne
columns-title = Choisir une colonne
columns-intro = La colonne du carnet où allaient les notes n’existe plus. Choisissez-en une autre de ce cours : toutes les notes y seront envoyées et remplaceront ce qui s’y trouve.
columns-for-marks = Pour les notes
columns-for-reviewing = Pour les relectures
columns-which = Les colonnes de votre plateforme
columns-points = sur { $points }
columns-use = Y envoyer les notes
columns-none = Aucune autre colonne de ce cours ne peut les recevoir. Recréez plutôt la colonne.
columns-failed = Votre plateforme ne montre pas ses colonnes en ce moment : { $reason }
grades-keep = Garder { $theirs } sur la plateforme
grades-keep-none = Laisser la plateforme comme elle est
grades-send-ours = Envoyer { $ours }
grades-stop = Ne plus envoyer cette note
grades-check = Vérifier ce que la plateforme a maintenant
grades-csv = { $n ->
    [one] { $n } note non confirmée (CSV)
   *[other] { $n } notes non confirmées (CSV)
}
grades-banner = { $n ->
    [one] { $n } note attend votre décision.
   *[other] { $n } notes attendent votre décision.
}
grades-open = Voir les notes
grade-checked = vérifiée
grade-since = depuis
grade-next = prochain essai
grade-changed-at = changée là-bas
col-tries = Derniers essais
col-in-lms = Sur la plateforme
col-do = Que faire
tries = { $n ->
    [one] { $n } essai
   *[other] { $n } essais
}
try-unknown = interrompu ; vérification en cours
try-taken = la plateforme l’a prise

## Fiche d’un apprenant
mark-title = Note
mark-from-peers = { $n ->
    [one] Une relecture : { $mark }.
   *[other] Moyenne de { $n } relectures : { $mark }.
}
mark-from-median = { $n ->
    [one] Une relecture : { $mark }.
   *[other] Médiane de { $n } relectures : { $mark }.
}
mark-from-robust = { $n ->
    [one] Note robuste d’une relecture : { $mark } (elle donnait { $mean }).
   *[other] Note robuste de { $n } relectures : { $mark } (moyenne { $mean }, médiane { $median }).
}
mark-interval = Neuf fois sur dix, le travail mérite de { $low } à { $high }.
mark-guarded = Sans sa limite, cette note serait à plus de 10 points de la moyenne. Regardez ce travail.
marks-few-works = C’est la moyenne, car moins de 8 travaux ne permettent pas de distinguer un relecteur sévère d’un travail faible.
marks-few-reviews = C’est la moyenne, car il y a moins de 2,5 relectures par travail.
marks-disconnected = C’est la moyenne, car les relectures forment des parties sans personne en commun.
reviewer-kind = Donne { $points } points de plus que les autres au même travail.
reviewer-strict = Donne { $points } points de moins que les autres au même travail.
reviewer-level = Donne autant de points que les autres au même travail.
reviewer-weight = Chacune de ces relectures a un poids de { $weight } (1 est habituel).
reviewer-look = Regardez ces relectures : leurs notes sont presque les mêmes pour chaque travail, ou ont peu à voir avec lui. Il peut y avoir de bonnes raisons ; rien n’est fait, sinon qu’elles comptent moins.
export-title = Toutes les relectures, une ligne par critère :
export-author = Auteur
export-reviewer = Relecteur
export-sent = Envoyée (UTC)
export-weight = Poids en pour cent
export-level = Niveau
export-comment = Commentaire
export-total = Total
export-corrected = Comptée pour
export-helpful = Utile (1–5)
export-excluded = Retirée parce que
reliability-title = Accord entre relecteurs
reliability-good = Les moyennes des relectures concordent bien : { $mean } (1 serait tout à fait, 0 pas plus que par hasard).
reliability-amber = Les moyennes des relectures concordent en partie : { $mean } (1 serait tout à fait, 0 pas plus que par hasard).
reliability-red = Les moyennes des relectures concordent à peine : { $mean } (1 serait tout à fait, 0 pas plus que par hasard). Notez vous-même quelques travaux avant de publier.
reliability-enough = Une seule relecture concorde à { $single } ; { $k ->
    [one] une relecture par travail fait 0,7.
   *[other] { $k } relectures par travail feraient 0,7.
}
reliability-never = Une seule relecture concorde à { $single } : plus de relectures n’aideraient guère, une grille plus claire peut-être.
reliability-criterion = Critère
reliability-alpha = Accord
reliability-do = À faire
alpha-good = rien
alpha-rewrite = Les relecteurs le lisent différemment : reformulez-le, ou ses niveaux
alpha-same = tous ont choisi le même niveau
extension-title = Dates et exceptions pour cet apprenant
extension-give = Donner plus de temps, ou dispenser de relire
extension-change = Changer ou retirer
extension-all = Pour tous :
extension-help = L’apprenant lit la raison. Laissez une date vide pour celle de tous ; sans rien, c’est retiré.
extension-save = Enregistrer
extension-yours = Votre formateur vous a donné plus de temps :
extension-tag = plus de temps
exempt-label = N’a pas à relire
exempt-help = Son travail est relu comme celui des autres ; on ne lui demande pas de relectures et il ne reçoit pas de note pour les relectures.
exempt-is = N’a pas à relire.
exempt-yours = Vous n’avez pas à relire les travaux des autres.
exempt-tag = n’a pas à relire
withheld-tag = hors relecture
reports-banner = { $n ->
    [one] Quelque chose a été signalé sur le travail ou une relecture d’un apprenant :
   *[other] Quelque chose a été signalé sur les travaux ou relectures de { $n } apprenants :
}
reported-by = Signalé par { $name }
reported = Signalé
reported-open = attend votre décision
reported-upheld = vous l’avez retiré
reported-rejected = vous l’avez laissé tel quel
work-is-withheld = Ce travail est hors relecture. La raison, que l’auteur lit :
work-put-back = Remettre le travail en relecture
work-fine = Le travail convient
work-take-out = Retirer ce travail de la relecture
work-take-out-help = L’auteur lit la raison. Plus personne ne reçoit ce travail à relire ; les relectures envoyées restent, et vous pouvez décider de la note vous-même.
take-out = Retirer
review-is-excluded = Cette relecture ne compte pas dans les notes. La raison, que l’auteur et le relecteur lisent :
review-put-back = Remettre la relecture
review-fine = La relecture reste
review-take-out = Retirer cette relecture des notes
review-take-out-help = L’auteur et le relecteur lisent la raison. L’auteur ne voit plus la relecture, et le travail en reçoit une autre tant qu’il est temps. Une note publiée change à la prochaine publication.
appeals-banner = { $n ->
    [one] Un apprenant vous demande de revoir une note :
   *[other] { $n } apprenants vous demandent de revoir une note :
}
appeal-heading = Demande de revoir la note
appeal-answer-label = Votre réponse
appeal-answer-help = L’apprenant la lit. Si la note change, fixez-la d’abord plus haut.
appeal-accept = Donner raison
appeal-reject = La note reste
appeal-you-accepted = Vous avez donné raison :
appeal-you-rejected = Vous avez répondu que la note reste :
mark-none-yet = Aucune relecture n’a été envoyée sur ce travail.
mark-overridden = Vous avez décidé cette note :
override-title = Décider la note vous-même
override-mark = Note (0–100)
override-reason = Raison
override-help = L’apprenant lit la raison à côté de la note.
override-judges = Cette note juge le travail
override-judges-help = Elle indique alors aussi comment notent les relecteurs de ce travail, et rend les notes des autres plus exactes. Décochez pour une exception, par exemple une pénalité.
override-set = Fixer cette note
override-undo = Laisser compter les relectures
draft-is-private = Il y a un brouillon. Seul son auteur le voit jusqu’à la remise.
reviews-received-title = Relectures reçues
reviews-given-title = Relectures faites
reviews-none = Aucune pour l’instant.
review-under-way = en cours d’écriture
review-declined-conflict = rendu : connaît l’auteur
review-declined-problem = rendu : a signalé un problème
review-declined-withheld = arrêtée : le travail a été retiré
review-of = Travail : { $name }

## Publication
release-title = Aperçu de la publication
release-intro = Rien n’est définitif avant la publication. Les apprenants voient alors leur note et leurs relectures, et les notes partent vers le carnet de la plateforme. Les relectures se terminent.
release-open-reviews = { $n ->
    [one] Une relecture est en cours d’écriture. Elle ne compterait pas.
   *[other] { $n } relectures sont en cours d’écriture. Elles ne compteraient pas.
}
release-without-mark = { $n ->
    [one] Un apprenant n’a pas de note et n’en recevrait pas. Vous pouvez en décider une sur sa fiche.
   *[other] { $n } apprenants n’ont pas de note et n’en recevraient pas. Vous pouvez en décider sur leurs fiches.
}
col-before = Avant
col-effect = Ce qui change
effect-new = nouvelle
effect-changed = change
effect-same = reste
effect-none = pas de note
release-button = { $n ->
    [one] Publier une note
   *[other] Publier { $n } notes
}
release-nothing = Il n’y a rien de nouveau à publier.
release-robust = Les notes sont corrigées selon la sévérité et le soin des relecteurs.
release-moves = { $n ->
    [0] Aucune n’est à plus de 5 points de la simple moyenne.
    [one] Une est à plus de 5 points de la simple moyenne.
   *[other] { $n } sont à plus de 5 points de la simple moyenne.
}
col-mean = Simple moyenne

# Registering an LMS
tool-description = Évaluation par les pairs en petits groupes privés : remettre, relire, recevoir une note expliquée.
register-title = Connecter une plateforme
register-heading = Connecter { $host } ?
register-updates = Ceci met à jour la connexion « { $name } ».
register-it-sends = Ce qu’elle nous dira
register-it-sends-text = Qui ouvre une activité : nom, langue et rôle, ainsi que les titres du cours et de l’activité. Pas d’adresse e-mail.
register-may = Ce que nous pourrons y faire
register-unknown-scopes = Cette plateforme ne propose pas ce qui suit, qui ne fonctionnera donc pas :
register-details = Détails techniques
register-product = Produit
register-issuer = Émetteur
register-keys = Clés
register-tokens = Jetons d’accès
register-sign-in = Connexion
register-hosts = La configuration vient de { $source } mais nomme { $others }. Je connais ces adresses et elles appartiennent à ma plateforme.
register-connect = Connecter
register-not-yet = Rien n’a encore été échangé. Pour en rester là, quittez simplement cette page.
scope-lineitem = Ajouter une colonne au carnet de notes pour une activité notée
scope-score = Écrire les notes publiées dans le carnet de notes
scope-result = Relire ces notes, pour voir qu’elles sont arrivées
scope-roster = Lire qui participe à un cours
register-paste-title = Collez cette adresse dans votre plateforme
register-paste-text = Elle y enregistre Cercle en une étape.
register-paste-address = Adresse d’enregistrement
register-paste-moodle = Moodle : Administration du site › Plugins › Outil externe › Gérer les outils, champ « URL de l’outil », puis « Ajouter LTI Advantage ».
register-paste-canvas = Canvas : Admin › Clés de développeur › + Enregistrement LTI, champ « URL d’enregistrement ».
register-paste-once = Elle fonctionne une seule fois. D’ici là, gardez-la pour vous.
registered-title = Connectée
registered-text = « { $name } » est enregistrée ici.
registered-missing = Votre plateforme n’a pas accordé ce qui suit, qui ne fonctionnera pas tant qu’elle ne le fait pas :
registered-remains = Ce qui reste à faire dans votre plateforme
registered-moodle-activate = Sur la carte « Cercle » de Gérer les outils, choisissez « Activer ».
registered-moodle-chooser = Dans les réglages de cette carte (roue dentée), mettez « Utilisation de la configuration de l’outil » sur « Afficher dans le sélecteur d’activités et comme outil préconfiguré ».
registered-moodle-curl = Si notes ou ouvertures échouent plus tard : Administration du site › Général › Sécurité › Sécurité HTTP ne doit pas bloquer { $host } et doit autoriser le port { $port }.
registered-canvas-enable = Vérifiez les permissions et emplacements que Canvas affiche maintenant, confirmez, puis activez la clé sous Admin › Clés de développeur.
registered-canvas-install = Si Canvas ne l’installe pas de lui-même : Paramètres › Applications › + Application, « Par ID client », { $client }.
registered-generic-enable = Activez l’outil et autorisez-le dans les cours qui l’utiliseront.
registered-first-launch = Ajoutez une activité Cercle à un cours et ouvrez-la comme formateur.
registered-close = Fermer
registered-may-close = Vous pouvez fermer cette page.
error-invitation-title = Cette adresse d’enregistrement ne fonctionne plus
error-invitation-text = Elle sert une seule fois et pour un temps limité. Demandez-en une nouvelle à la personne qui gère Cercle.
error-registration-stale-title = Cette page est restée ouverte trop longtemps
error-registration-stale-text = Recommencez l’enregistrement dans votre plateforme avec la même adresse.
error-registration-unreachable-title = Votre plateforme est injoignable
error-registration-unreachable-text = Nous lui avons demandé sa configuration sans obtenir de réponse utilisable. Vérifiez qu’elle est accessible depuis internet en https, puis recommencez avec la même adresse.
error-registration-configuration-title = La configuration de votre plateforme est inutilisable
error-registration-configuration-text = Il y manque ce que LTI 1.3 exige, ou elle nomme des adresses auxquelles nous ne pouvons pas nous fier. Envoyez la référence ci-dessous à la personne qui gère Cercle.
error-registration-unconfirmed-title = Veuillez confirmer les adresses
error-registration-unconfirmed-text = La configuration nomme plusieurs hôtes. Revenez en arrière et cochez la case s’ils appartiennent tous à votre plateforme.
error-registration-refused-title = Votre plateforme n’a pas accepté l’enregistrement
error-registration-refused-text = Rien n’a été enregistré ici. Recommencez dans votre plateforme avec la même adresse ; en cas de nouvel échec, envoyez la référence ci-dessous à la personne qui gère Cercle.
error-registration-exists-title = Cette connexion existe déjà
error-registration-exists-text = Ses clés ne sont pas remplacées en silence. Pour la mettre à jour, demandez à la personne qui gère Cercle une invitation qui la met à jour.

## La console
admin-title = Console de Cercle
admin-nav-registrations = Plateformes
admin-nav-invitations = Invitations
admin-nav-keys = Clés de signature
admin-nav-audit = Journal d’audit
admin-sign-out = Se déconnecter
admin-session-lost = Votre session est terminée. Reconnectez-vous dans une autre fenêtre ; ce que vous avez saisi est encore là, à copier.
admin-sign-in-title = Se connecter à la console
admin-sign-in-text = La console s’ouvre par une adresse qui marche une fois. Sur le serveur de Cercle, lancez :
admin-sign-in-next = Ouvrez dans ce navigateur l’adresse affichée. La première fois, elle configure une application d’authentification ; ensuite, un code de l’application est demandé.
admin-enrol-title = Configurer votre application d’authentification
admin-enrol-text = Scannez cette image avec une application d’authentification, ou saisissez-y la clé. Entrez ensuite le code que l’application affiche.
admin-enrol-picture = Code QR pour une application d’authentification ; la même clé figure ci-dessous en texte
admin-enrol-typed = La clé, à saisir :
admin-code-of = Code de l’application d’authentification de { $name }
admin-code = Code de votre application d’authentification
admin-enter = Se connecter
admin-remembered = Ce navigateur est retenu pendant 30 jours : un code y suffit. Ne le faites que dans un navigateur qui est le vôtre.
admin-code-lost = Application perdue ? Sur le serveur de Cercle, lancez :
admin-code-wrong = Ce code n’est pas valable, ou a déjà servi. Attendez le suivant et entrez-le.
admin-code-too-many = Trop de codes erronés. Attendez 15 minutes, puis réessayez.
admin-link-over = Cette adresse n’est plus valable. Créez-en une autre sur le serveur de Cercle : cercle admin link
admin-confirm-title = Est-ce bien vous ?
admin-confirm-text = Ce que vous allez faire peut fermer l’accès à des personnes. Entrez un code de votre application d’authentification pour continuer ; rien n’a encore changé.
admin-confirm-go = Continuer
admin-invite = Inviter une plateforme
admin-by-hand = Enregistrer à la main
admin-empty-title = Pas encore de plateforme
admin-empty-text = Invitez-en une : vous obtenez une adresse que son administrateur colle dans Moodle ou Canvas, et c’est tout. Là où ce n’est pas possible, enregistrez-la à la main.
admin-col-lms = Plateforme
admin-col-issuer = Émetteur
admin-col-client = ID client
admin-col-state = État
admin-col-launches = Ouvertures en 24 heures
admin-col-grades = Notes
held-back-title = Les notes sont retenues
held-back-text = Cette base vient d’une sauvegarde : les plateformes peuvent avoir des notes plus récentes. Rien n’est envoyé avant votre accord. Là où les deux diffèrent, le formateur du cours voit les deux valeurs et choisit ; rien n’est remplacé sans avoir été lu d’abord.
held-back-made = Sauvegarde du
held-back-restored = restaurée le
held-back-equal = { $n ->
    [one] { $n } note a été comparée et est identique
   *[other] { $n } notes ont été comparées et sont identiques
}
held-back-unread = { $n ->
    [one] { $n } note n’a pas encore été comparée, ou sa plateforme ne permet pas de la lire
   *[other] { $n } notes n’ont pas encore été comparées, ou leur plateforme ne permet pas de les lire
}
held-back-differ = { $n ->
    [one] { $n } note diffère
   *[other] { $n } notes diffèrent
}
held-back-col-activity = Activité
held-back-col-learner = Apprenant, selon la plateforme
held-back-col-theirs = Dans la plateforme
held-back-col-ours = Dans Cercle
held-back-resume = Envoyer à nouveau les notes
admin-grades-none = aucune note en attente
admin-grades-waiting = { $n ->
    [one] { $n } note en route
   *[other] { $n } notes en route
}
admin-grades-stuck = { $n ->
    [one] { $n } attend une décision
   *[other] { $n } attendent une décision
}
admin-grades-oldest = la plus ancienne depuis
admin-ask-again = Interroger la plateforme maintenant
circuit-closed = La plateforme prend les notes
circuit-open = La plateforme ne répond pas ; les notes sont gardées et elle est interrogée de temps en temps
circuit-half = La plateforme répond de nouveau
circuit-auth = La plateforme refuse notre identification ; voyez le diagnostic
circuit-tls = Le certificat de la plateforme n’est pas valide
circuit-blocked = Cercle n’a pas le droit de parler à l’adresse de la plateforme
circuit-moved = La plateforme a changé d’adresse
admin-on = active
admin-off = désactivée
admin-waiting = { $n ->
    [one] { $n } déploiement attend
   *[other] { $n } déploiements attendent
}
admin-inbox = Déploiements qui attendent votre décision
admin-inbox-text = Ces installations de l’outil sont nouvelles. Leurs ouvertures sont refusées tant que vous ne les acceptez pas.
admin-approve = Accepter
admin-refuse = Refuser
admin-refused = Ouvertures refusées
admin-refused-none = Aucune ces 30 derniers jours.
admin-refused-text = La page montrait la référence ; la ligne du journal qui la porte en dit plus.
admin-unknown-lms = non enregistrée
admin-col-when = Quand
admin-col-reason = Raison
admin-col-reference = Référence
admin-col-role = Rôle
admin-col-browser = Navigateur
admin-role-learner = apprenant
admin-role-trainer = formateur
admin-role-assistant = assistant
admin-role-observer = observateur
admin-cookies-kept = garde notre cookie
admin-cookies-blocked = ne garde aucun cookie
admin-accepted = Ouvertures acceptées
admin-last-launches = Dernières ouvertures
admin-launches-none = Personne n’a ouvert d’activité depuis un jour.
admin-update-text = La plateforme a déménagé, ou a d’autres clés ? Une invitation faite pour elle met à jour cet enregistrement quand son administrateur la colle.
admin-update = L’inviter à se mettre à jour
admin-fresh = Elle est enregistrée. Entrez les adresses ci-dessous dans la plateforme, ouvrez une activité depuis un cours en tant que formateur, puis lancez le diagnostic.
admin-doctor = Diagnostic
admin-doctor-of = Ce qui marche avec { $name }
admin-do = À faire :
admin-back = Retour
admin-switch-off = Désactiver
admin-switch-on = Activer
admin-since = enregistrée
admin-deployments = Déploiements
admin-deployments-none = Aucun pour l’instant : la première ouverture en nomme un.
admin-let-in = accepté
admin-waits = en attente
admin-refused-state = refusé
admin-services = Ce que la plateforme nous permet
admin-services-untold = Enregistrée à la main, elle ne nous a rien dit ; le diagnostic le vérifie.
admin-in-lms = Ce qu’il faut entrer dans la plateforme
admin-login-url = URL d’initiation de connexion
admin-launch-url = URL de redirection, de lancement et de sélection de contenu
admin-jwks-url = URL du jeu de clés publiques
admin-parameters = Paramètres personnalisés
admin-copy = Copier
admin-copied = Copié
admin-by-hand-text = Une invitation fait tout cela d’elle-même, là où la plateforme prend en charge l’enregistrement dynamique.
admin-product = Quelle plateforme ?
preset-moodle = Moodle
preset-canvas = Canvas (hébergé)
preset-canvas-beta = Canvas bêta
preset-canvas-test = Canvas test
preset-canvas-own = Canvas (le vôtre)
preset-generic = Une autre
admin-step-lms = 1. Dans la plateforme
admin-canvas-json = Canvas lit tout cela de lui-même : ajoutez une clé LTI, choisissez « Enter URL » et donnez-lui cette adresse. Copiez ensuite l’ID client de la nouvelle clé.
admin-canvas-json-address = Adresse de la configuration pour Canvas
admin-step-here = 2. Ici
admin-field-name = Nom, pour les personnes
admin-field-site = Adresse du site
admin-site-example = https://lms.example.org
admin-field-client-id = ID client
admin-field-deployment = ID de déploiement
admin-deployment-help = Laissez vide et les premières ouvertures le nomment ; si vous en donnez un, les autres attendent votre décision.
admin-field-issuer = Émetteur (ID de plateforme)
admin-issuer-help = Ne le changez que si lti_iss est défini dans le security.yml de votre Canvas.
admin-field-authorization = URL de requête d’authentification
admin-field-token = URL de jeton d’accès
admin-field-jwks = URL du jeu de clés de la plateforme
admin-register = Enregistrer
admin-problem = { $field } : { $problem }
admin-site-unreadable = L’adresse du site n’est pas une adresse web. Copiez-la depuis votre navigateur.
admin-registered-already = Cet émetteur, cet ID client et ce jeu de clés sont déjà enregistrés.
registration-fault-length = doit avoir de 1 à 255 caractères
registration-fault-address = n’est pas une adresse web
registration-fault-https = doit commencer par https:// (http seulement avec CERCLE_ALLOW_INSECURE_PLATFORMS=true)
registration-fault-parts = ne doit avoir ni nom d’utilisateur, ni mot de passe, ni fragment
registration-fault-public = n’est pas une adresse publique (permise seulement avec CERCLE_ALLOW_INSECURE_PLATFORMS=true)
admin-invitations-text = Une invitation est une adresse qui marche une fois, pendant 24 heures. L’administrateur de la plateforme l’y colle, confirme, et la plateforme est enregistrée.
admin-invited = L’adresse
admin-invited-once = Elle n’est affichée que maintenant, et marche une fois, jusqu’au
admin-invite-name = Donnez à la plateforme un nom de 1 à 255 caractères.
admin-invitations-made = Invitations créées
admin-col-until = Jusqu’au
invitation-used = utilisée
invitation-over = expirée
invitation-open = en attente
admin-keys-text = Cercle signe ce qu’il envoie aux plateformes. Elles lisent les clés publiques à l’adresse de notre jeu de clés.
admin-col-key = Clé
admin-col-signs-from = Signe à partir du
admin-col-published-until = Publiée jusqu’au
key-waiting = publiée, signera plus tard
key-signing = signe
key-retiring = publiée, ne signe plus
admin-rotate = Clé suivante
admin-rotate-text = La clé suivante est publiée tout de suite et signe dans 48 heures ; la clé actuelle reste publiée 30 jours. Aucune plateforme ne s’en aperçoit.
admin-rotate-go = Publier la clé suivante
admin-rotate-now-text = Seulement si la clé actuelle est compromise : les plateformes qui gardent une copie du jeu de clés refusent l’outil jusqu’à ce qu’elles le relisent.
admin-rotate-now = Signer tout de suite avec une nouvelle clé
admin-rotating = Une rotation est en cours : la clé en attente signera au moment indiqué.
admin-audit-text = Qui a fait quoi, le plus récent d’abord. Les lignes sont chaînées et ne changent jamais.
admin-col-number = N°
admin-col-who = Qui
admin-col-what = Quoi
admin-col-subject = Sur quoi
check-public-url = Notre adresse publique
check-signing-key = Notre clé de signature
check-public-keys = Notre jeu de clés, tel que les plateformes le lisent
check-backup = Sauvegarde
check-enabled = Activée
check-key-set = Jeu de clés de la plateforme
check-clock = Horloges
check-launches = Ouvertures
check-refused = Ouvertures refusées
check-scopes = Ce qui est accordé
check-token = Jetons d’accès
check-line-items = Carnet de notes
check-roster = Liste des participants
health-ok = marche
health-warning = à surveiller
health-failed = ne marche pas
health-unknown = pas encore connu

## Le diagnostic
doctor-key-ok = une clé de signature s’ouvre avec le fichier de clé
doctor-key-none = il n’y a pas encore de clé de signature
doctor-key-none-do = lancez cercle serve une fois : il en crée une
doctor-key-do = restaurez le fichier de clé de cette base, ou changez de clé : cercle keys rotate
doctor-backup-none = aucune sauvegarde de la base n’a été faite
doctor-backup-age = la dernière sauvegarde date { $n ->
    [0] de moins d’une heure
    [one] d’une heure
   *[other] de { $n } heures
}
doctor-backup-do = faites lancer cercle backup FICHIER chaque nuit par le système, et gardez le fichier de clé ailleurs
doctor-off = les ouvertures sont désactivées
doctor-off-do = cercle platform enable { $id }
doctor-url-ok = { $address } est une adresse https
doctor-url-http = { $address } n’est pas une adresse https
doctor-url-do = donnez à CERCLE_PUBLIC_URL une adresse https : sans elle, les navigateurs ne gardent pas de session dans une plateforme
doctor-own-keys-unread = le jeu de clés n’a pas pu être lu
doctor-own-keys-do = l’adresse doit mener à ce serveur, en https avec un certificat valable, aussi depuis la plateforme
doctor-own-keys-private = { $address } n’est pas une adresse publique, elle n’est donc pas interrogée d’ici
doctor-own-keys-private-do = vérifiez depuis le serveur de la plateforme qu’elle répond
doctor-own-keys-silent = { $address } ne répond pas : { $detail }
doctor-own-keys-ok = { $address } sert les clés de cette base
doctor-own-keys-other = { $address } répond { $n } et pas avec nos clés
doctor-keys-do = vérifiez l’adresse avec l’administrateur de la plateforme ; sans les clés, toute ouverture est refusée
doctor-silent = la plateforme n’a pas répondu
doctor-no-address = son adresse n’en est pas une
doctor-keys-status = son adresse répond { $n }
doctor-keys-none = il ne contient aucune clé RS256 avec un identifiant
doctor-keys-ok = { $n ->
    [one] { $n } clé utilisable
   *[other] { $n } clés utilisables
}
doctor-clock-untold = la plateforme ne dit pas l’heure
doctor-clock-ok = les horloges concordent
doctor-clock-behind = l’horloge de la plateforme retarde de { $n } s sur la nôtre
doctor-clock-ahead = l’horloge de la plateforme avance de { $n } s sur la nôtre
doctor-clock-do = faites suivre aux deux serveurs un serveur de temps (NTP)
doctor-launches-none = personne n’a ouvert d’activité ces dernières 24 heures
doctor-launches-none-do = ouvrez une activité depuis un cours, en tant que formateur
doctor-launches = { $n ->
    [one] { $n } ouverture
   *[other] { $n } ouvertures
} ces dernières 24 heures, dont { $k } dans des navigateurs qui ne gardent aucun cookie
doctor-token-moodle = dans Moodle : l’outil doit être activé, son type de clé publique « URL du jeu de clés » avec { $address }, et Administration du site › Général › Sécurité › Sécurité HTTP ne doit bloquer ni cet hôte ni ce port
doctor-token-canvas = dans Canvas : la clé de développeur doit être sur ON avec l’URL JWK publique { $address }, les portées qui lui sont accordées doivent inclure les services, et l’application doit être installée par ID client
doctor-token-generic = la plateforme doit faire confiance aux clés de { $address } pour cet ID client
doctor-scopes-none = aucune portée accordée n’est connue
doctor-refused-none = aucune ouverture refusée ces dernières 24 heures
doctor-refused = { $n ->
    [one] { $n } ouverture refusée
   *[other] { $n } ouvertures refusées
} ces dernières 24 heures : { $reasons }
doctor-refused-do = la page « What the log says » de la documentation explique chaque code
doctor-scopes-ok = tout ce que nous utilisons
doctor-scopes-missing = il manque : { $list }
doctor-scopes-do = accordez-le à l’outil dans la plateforme ; sans cela, cette partie ne marche pas
doctor-token-ok = { $n ->
    [one] la plateforme donne des jetons pour { $n } service
   *[other] la plateforme donne des jetons pour { $n } services
}
doctor-no-course = aucun cours où la plateforme l’offre n’est encore connu
doctor-columns-do = permettez à l’outil d’utiliser le carnet de notes, puis ouvrez une activité en tant que formateur
doctor-columns-ok = { $n ->
    [one] le carnet de notes d’un cours montre { $n } colonne
   *[other] le carnet de notes d’un cours montre { $n } colonnes
}
doctor-columns-refused-do = la plateforme doit permettre à l’outil d’utiliser son carnet de notes
doctor-columns-gone-do = le cours n’existe peut-être plus ; ouvrez une activité d’un autre
doctor-down-do = demandez à l’administrateur de la plateforme si elle est en panne
doctor-roster-do = permettez à l’outil de lire qui participe, puis ouvrez une activité en tant que formateur
doctor-roster-ok = { $n ->
    [one] la première page de la liste d’un cours montre { $n } personne
   *[other] la première page de la liste d’un cours montre { $n } personnes
}
doctor-roster-other = la liste répond { $n } et aucune liste de personnes
doctor-roster-refused-do = la plateforme doit permettre à l’outil de lire qui participe
news-link = { $n ->
    [0] Nouvelles
   *[other] Nouvelles ({ $n })
  }
news-title = Nouvelles
news-none = Rien pour l’instant. Ce qui se passe dans vos activités est dit ici et en haut de leurs pages.
news-new = nouveau
news-since = Depuis votre dernière visite :
news-released = Les notes de « { $activity } » sont publiées.
news-mark-changed = Votre note pour « { $activity } » a changé.
news-appeal-answered = Votre formateur a répondu au sujet de votre note pour « { $activity } ».
news-dates-changed = Vos dates pour « { $activity } » ont changé.
news-reply = Un auteur a répondu à l’une de vos relectures dans « { $activity } ».
news-answer = Un relecteur vous a répondu dans « { $activity } ».
news-work-due = Votre travail pour « { $activity } » est bientôt à remettre.
news-reviews-due = Les relectures qu’il vous reste à écrire pour « { $activity } » sont bientôt à envoyer.
news-appeal = Un apprenant vous demande de revoir une note de « { $activity } ».
news-report = Un apprenant a signalé un problème dans « { $activity } ».
topic-results = Notes, réponses du formateur et dates changées (au fur et à mesure)
topic-conversation = Réponses au sujet des relectures
topic-reminders = Ce qui est à faire dans les deux jours
topic-questions = Ce que les apprenants demandent et signalent
mail-title = Courriels
mail-to = Les courriels vont à { $address }, au plus une fois par jour quand ils peuvent attendre. Qui a lu les nouvelles ici n’en reçoit pas.
mail-about = M’écrire au sujet de
mail-save = Enregistrer
mail-no-address = Votre plateforme ne communique pas votre adresse : les nouvelles apparaissent seulement ici.
mail-no-server = Ce Cercle n’envoie pas de courriel : les nouvelles apparaissent seulement ici.
mail-subject = { $n } nouvelles de vos activités
mail-where = Ouvrez l’activité depuis son cours dans votre plateforme de formation.
mail-end = Pour ne plus recevoir ces courriels :
mail-is-on = Cercle vous écrit ce qu’il y a de nouveau dans vos activités.
mail-is-off = Cercle ne vous envoie pas de courriel. Les nouvelles restent dans les activités.
mail-stop = Ne plus m’écrire
mail-again = M’écrire de nouveau
pairs-title = Qui relit qui
pairs-help = La file donne à chacun le travail qui a le moins de relectures. Ici, vous voyez qui a reçu quel travail, vous séparez des personnes, ou vous demandez à quelqu’un de relire un travail.
pairs-decide = Décider pour deux personnes
pairs-reviewer = Relecteur
pairs-author = Auteur du travail
pairs-ask = Demander cette relecture
pairs-keep = Ne jamais se relire
pairs-decide-help = Une relecture que vous demandez passe avant la file et compte parmi les siennes ; à qui en a envoyé assez, on en demande une de plus. Ceux qui ne se relisent jamais reçoivent un autre travail à la place de celui qu’ils n’ont pas envoyé ; une relecture envoyée reste, et peut être retirée sur la fiche de l’auteur.
pairs-import = Reprendre des décisions d’un fichier
pairs-list = La liste, en CSV
pairs-list-help = Colonnes reviewer, author (les noms de ces pages, ou des adresses) et rule (asked ou never). Toutes les lignes sont reprises, ou aucune.
pairs-import-use = Reprendre cette liste
pairs-decided = Ce que vous avez décidé
pairs-never = { $reviewer } et { $author } ne se relisent jamais.
pairs-asked = On demande à { $reviewer } de relire le travail de { $author }.
pairs-remove = Annuler
pairs-given = Qui a reçu quel travail
pairs-none = Personne n’a encore reçu de travail.
pairs-sent = envoyée
pairs-lapsed = pas continuée
pairs-gone = une personne partie
table-unknown-person = Ligne { $line }, colonne « { $column } » : personne ici ne s’appelle « { $text } ».
table-ambiguous-person = Ligne { $line }, colonne « { $column } » : plusieurs personnes s’appellent « { $text } » ; utilisez l’adresse.
table-same-person = Ligne { $line } : « { $text } » ne peut pas relire son propre travail.
table-had = Ligne { $line } : le relecteur a ou a eu le travail de « { $text } ».
news-asked = Votre formateur vous demande une relecture dans « { $activity } ».
refused-pair-same = Choisissez deux personnes différentes : nul ne relit son propre travail.
refused-pair-had = Ce relecteur a ou a eu ce travail.
setup-field-self = Les apprenants évaluent aussi leur propre travail
setup-self-help = Avec la même grille, une fois leurs relectures envoyées. Cela ne fait pas de note ; après la publication, ils voient leur regard à côté de celui des pairs, et vous voyez les deux.
self-title = Votre propre regard
self-text = Comment voyez-vous votre travail, maintenant que vous en avez lu d’autres ? Après la publication, vous verrez votre regard à côté de celui de vos relecteurs. Votre note n’en change pas.
self-done = Vous avez évalué votre propre travail. Après la publication, vous verrez votre regard à côté de celui de vos relecteurs.
self-start = Évaluer votre travail
self-change = Modifier
self-help = Notez votre propre travail avec la même grille. Votre note n’en change pas. Votre formateur le voit ; vos relecteurs ne le voient pas.
self-comments = Les commentaires sont pour vous : écrivez-les là où ils vous aident.
self-send = Garder ce regard
self-not-changed = Rien n’a changé : ce que vous aviez envoyé reste.
beside-title = Regard de l’auteur et des relecteurs
beside-totals = L’auteur a donné { $own } points, les relecteurs { $peers } en moyenne.
beside-own = L’auteur a donné { $own } points ; il n’y a pas de relecture.
beside-your-totals = Vous avez donné { $own } points, vos relecteurs { $peers } en moyenne.
beside-your-own = Vous avez donné { $own } points ; il n’y a pas de relecture.
beside-author = Auteur
beside-peers = Relecteurs
refused-self-sent = C’est déjà envoyé ; les changements comptent quand vous l’envoyez de nouveau.
setup-more-dates = Plus de dates
setup-field-review-from = Début des relectures
setup-review-from-help = Sans date, les apprenants relisent dès qu’il y a des travaux. Avec une date, tous commencent à ce moment : qui relit qui est alors tiré de sorte que chacun donne et reçoive le même nombre de relectures, et la file comble ce qui reste ouvert.
setup-field-late-days = Travaux en retard acceptés pendant (jours)
setup-field-late-penalty = Points retirés par jour de retard
setup-late-help = 0 jour : rien n’est accepté après la date. Un jour commencé compte entier ; les points sont sur 100, retirés de la note des pairs. Les notes que vous décidez vous-même ne sont pas abaissées.
setup-review-from-unreadable = La date du début des relectures est illisible. Écrivez-la de nouveau.
setup-review-from-before-work = Les relectures ne peuvent pas commencer avant la remise des travaux. Choisissez une date plus tardive, ou laissez vide : les apprenants relisent alors dès qu’il y a des travaux.
setup-review-from-after-end = Les relectures doivent commencer avant la fin de leur délai.
setup-review-from-begun = Des apprenants ont commencé à relire : les relectures ne peuvent plus commencer plus tard.
setup-late-days-range = Les travaux en retard sont acceptés pendant 0 à 30 jours.
setup-late-no-date = Un travail n’est en retard que s’il y a une date de remise.
setup-late-after-reviews = Des travaux en retard seraient acceptés après le délai des relectures : personne ne pourrait les relire. Choisissez moins de jours, ou une date plus tardive pour les relectures.
setup-late-penalty-range = Par jour de retard, 0 à 100 points sont retirés : un nombre entier.
setup-checks-range = La part des travaux à vérifier va de 0 à 50 pour cent.
setup-field-checks = Travaux à vérifier, en pour cent
setup-checks-help = La page du groupe propose autant de travaux, ceux dont la note est la moins sûre. Ce que vous jugez rend toutes les notes plus exactes ; 10 pour cent sont un bon début, 0 n’en propose aucun.
setup-field-comment-words = Nombre minimal de mots d’un commentaire
setup-comment-words-help = Là où un commentaire est demandé. 0 : tout commentaire convient ; pour un commentaire très court, la question est posée une fois.
rubric-comment-words = On peut demander de 0 à 50 mots au moins par commentaire.
at-least-words = au moins { $n } mots
write-words = Écrivez au moins { $n } mots.
anonymity-single-blind = Simple aveugle
anonymity-single-blind-help = Les relecteurs voient de qui est le travail ; les auteurs ne voient pas qui l’a relu. Vous voyez les deux.
reviewers-see-name = Vos relecteurs voient votre nom.
refused-review-not-begun = Les relectures n’ont pas encore commencé.
refused-reviews-begun = Des apprenants ont commencé à relire : les relectures ne peuvent plus commencer plus tard.
news-reviews-begin = Les relectures ont commencé dans « { $activity } » : vous pouvez relire maintenant.
next-later = attend le début des relectures
review-from = relectures à partir du
from-when = à partir du
not-begun-title = Votre travail est remis
not-begun-when = Les relectures commencent pour tous le
not-begun-text = Vous recevrez alors ici les travaux des autres.
late-then = Les travaux qui arrivent plus tard sont acceptés jusqu’au
late-now = La date est passée. Votre travail est encore accepté jusqu’au
late-costs = { $n ->
    [0] Un travail en retard est marqué comme tel.
    [one] Chaque jour commencé retire 1 point à la note.
   *[other] Chaque jour commencé retire { $n } points à la note.
}
days-late = { $n ->
    [one] 1 jour de retard
   *[other] { $n } jours de retard
}
mark-late = { $n ->
    [one] Le travail a été remis avec 1 jour de retard : { $points } points ont été retirés.
   *[other] Le travail a été remis avec { $n } jours de retard : { $points } points ont été retirés.
}
pairs-planned = prévue
setup-field-release-at = Publier les notes d’elles-mêmes le
setup-release-help = Vide : vous les publiez. Avec une date : elles partent alors, une fois que plus personne n’a le temps de relire, si aucun signalement ne vous attend et que chaque travail a une note. Sinon vous êtes prévenu, et elles attendent.
setup-release-unreadable = La date de publication est illisible. Écrivez-la de nouveau.
setup-release-no-end = Les notes ne peuvent être publiées d’elles-mêmes que si les relectures ont une fin. Choisissez jusqu’à quand elles sont envoyées.
setup-release-before-end = Les notes sont publiées après le délai des relectures. Choisissez une date de publication plus tardive.
setup-release-date-past = La date de publication est passée. Choisissez-en une plus tardive, ou publiez les notes vous-même.
setup-field-weight = Part des relectures dans la note, en pour cent
setup-weight-help = 0 : la note est celle du travail. Avec 20, le travail compte pour 80 pour cent et la note de relecture pour 20. Qui n’a pas à relire est noté sur le seul travail.
setup-weight-range = Les relectures comptent pour 0 à 50 pour cent de la note : un nombre entier.
release-on = publication des notes le
release-about = vers le
release-waits = Les notes devaient être publiées d’elles-mêmes, et attendent :
waits-reports = { $n ->
    [one] un signalement n’a pas été examiné.
   *[other] { $n } signalements n’ont pas été examinés.
}
waits-unmarked = { $n ->
    [one] un travail n’a pas de note.
   *[other] { $n } travaux n’ont pas de note.
}
col-weighted = Note finale
weighted = Avec les relectures, qui comptent pour { $n } pour cent, la note finale est { $grade }.
weights = Dans votre note, le travail compte pour { $n } pour cent, vos relectures pour { $k } pour cent.
weights-parts = Soit { $work } points pour le travail et { $reviewing } pour les relectures.
weights-work-only = Votre note est celle de votre seul travail.
news-released-by-itself = Les notes de « { $activity } » ont été publiées d’elles-mêmes, comme vous l’aviez demandé.
news-release-waits = Les notes de « { $activity } » devaient être publiées d’elles-mêmes, et vous attendent.
reviewers-title = Relecteurs
reviewers-help = Comment chacun relit. Ce qui mérite un regard n’abaisse aucune note et a aussi des raisons anodines : lisez les relectures avant de juger. Une relecture qui ne devrait pas compter se retire sur la fiche de l’auteur du travail.
reviewers-none = Personne n’a encore remis de travail.
col-marks-how = Façon de noter
col-words = Mots par relecture
col-helpful = Utile, de 1 à 5
col-look = À regarder
sign-careless = Les notes disent peu des travaux.
sign-steady = Tous les travaux ont presque la même note.
sign-straight-line = Le même niveau pour tous les critères, dans chaque relecture.
sign-kind = Environ { $n } points de plus que les autres.
sign-strict = Environ { $n } points de moins que les autres.
sign-quick = Une relecture en { $n } secondes.
sign-repeats = Les mêmes mots dans plusieurs relectures.
sign-alike = Les mêmes mots que dans une relecture de { $name }.
sign-mutual = { $name } et cette personne se sont donné bien plus que les autres.
rubric-title = Comment les travaux sont évalués
rubric-changes = La grille a été modifiée :
rubric-added = Nouveau : { $title }.
rubric-removed = Retiré : { $title }.
rubric-changed = Modifié : { $title }.
rubric-words = { $n ->
    [0] Les commentaires ont une longueur libre.
    [one] Les commentaires ont au moins 1 mot.
   *[other] Les commentaires ont au moins { $n } mots.
}
setup-field-pool = Attente d’un travail avant sa relecture (minutes)
setup-pool-help = Tant que personne ne l’a ouvert, son auteur peut le modifier. 0 : il peut être relu aussitôt. Après la date, plus rien n’attend.
setup-pool-range = Un travail peut attendre de 0 à 1440 minutes.
setup-field-blind = Vous ne voyez pas non plus les noms des auteurs
setup-blind-help = Jusqu’à la publication, les formateurs voient les travaux par leur numéro, et les fichiers tels que les relecteurs les reçoivent. Qui n’a pas remis est nommé. Le carnet de notes de la plateforme ouvre toujours le travail d’un apprenant nommé.
names-hidden = Les noms des auteurs sont cachés jusqu’à la publication, comme le disent les réglages.
exemplar-title = Montrer ce travail
exemplar-help = Vous pouvez demander à l’auteur si le groupe peut lire ce travail comme exemple. Aucun nom n’est montré, et les fichiers sont les copies des relecteurs.
exemplar-ask = Demander à l’auteur
exemplar-asked = Vous avez demandé à l’auteur si le groupe peut lire ce travail. Personne ne le lit avant son accord.
exemplar-given = L’auteur est d’accord : chacun dans cette activité peut lire ce travail, sans nom.
exemplar-refused = L’auteur ne souhaite pas que le groupe lise ce travail.
exemplar-hide = Ne plus le montrer
exemplar-question = Votre formateur aimerait montrer votre travail au groupe comme exemple, sans votre nom. C’est à vous de décider, et vous pouvez changer d’avis à tout moment.
exemplar-yours-given = Chacun dans cette activité peut lire votre travail, sans votre nom. Vous pouvez changer d’avis à tout moment.
exemplar-yours-refused = Le groupe ne lit pas votre travail. Vous pouvez changer d’avis à tout moment.
exemplar-yes = Oui, montrez-le
exemplar-no = Non, ne le montrez pas
exemplar-about = Montré comme exemple, avec l’accord de son auteur.
exemplars-title = Travaux à lire en exemple
exemplars-help = Votre formateur les a choisis comme exemples, avec l’accord de leurs auteurs.
refused-exemplar-not-released = Les travaux ne sont montrés qu’après la publication.
refused-exemplar-withheld = Ce travail a été retiré des relectures : il n’est pas montré.
refused-exemplar-refused = L’auteur a dit non. Personne n’est sollicité deux fois.
news-exemplar-asked = Votre formateur aimerait montrer votre travail dans « { $activity } » comme exemple, si vous êtes d’accord.
setup-field-groups = Relectures et groupes
groups-any = Chacun peut relire chacun
groups-within = Les relectures restent dans un groupe
groups-across = Les relectures vont vers d’autres groupes
setup-groups-help = Vous faites les groupes sous « Qui relit qui » : des équipes, des classes, des sites. Qui n’a pas de groupe peut relire tout le monde. Aucune relecture ne franchit cette ligne ; si un groupe est trop petit, des travaux manquent plutôt de relectures.
pairs-groups = Groupes et entreprises
pairs-groups-any = Les groupes ne comptent pas ici ; les réglages disent si les relectures y restent ou en sortent.
pairs-groups-within = Les relectures restent dans un groupe.
pairs-groups-across = Les relectures vont vers d’autres groupes.
pairs-groups-change = Modifier les groupes et les entreprises
pairs-groups-help = Colonnes learner (les noms de ces pages, ou des adresses), et group ou company, ou les deux. Ce dont la liste a une colonne remplace tout ce qui y était ; vide, elle ne laisse ni groupes ni entreprises.
pairs-groups-use = Utiliser cette liste
table-twice = Ligne { $line } : « { $text } » y est déjà.
reactions-question = Qu’a-t-elle de bon ?
reaction-clear = facile à comprendre
reaction-concrete = dit quoi faire
reaction-encouraging = encourageante
reaction-new = me montre du nouveau
given-reactions = L’auteur trouve : { $list }.
setup-shift = Si je déplace la date des travaux, déplacer les autres dates d’autant
setup-field-received = Un travail a assez de relectures avec
received-as-given = autant que chacun en donne
setup-received-help = Avec davantage, ceux qui ont envoyé les leurs se voient proposer des travaux qui en manquent. Avec moins, les travaux sont complets plus tôt ; personne ne relit moins pour autant.
setup-received-range = Un travail a assez de 1 à 6 relectures.
team-number = Équipe { $number }
groups-teams = Chaque groupe est une équipe avec un seul travail ; ses membres relisent d’autres équipes, chacun pour soi
setup-teams-blind = Qui fait les équipes sait de qui est un travail. Choisissez soit les équipes, soit des travaux sans noms pour vous.
setup-teams-handed-in = Des travaux ont déjà été remis. On ne peut changer la remise en équipe qu’avant cela.
refused-teams-handed-in = Des travaux ont déjà été remis. On ne peut changer la remise en équipe qu’avant cela.
pairs-groups-teams = Chaque groupe est une équipe : elle remet un seul travail, que ses membres écrivent ensemble, et chacun d’eux relit des travaux d’autres équipes. Qui n’a pas d’équipe remet le sien.
table-team-nobodys = Une équipe a remis son travail, et plus aucun de ses auteurs n’en ferait partie. Laissez quelqu’un dans cette équipe, ou donnez le nouveau nom à l’équipe entière.
table-team-judged = Vous avez jugé le travail d’une de ces équipes. Ses membres restent les mêmes tant que cette note compte.
table-team-two-works = Ligne { $line } : « { $text } » a remis un travail, et cette équipe en a déjà un.
table-team-reviews = Ligne { $line } : « { $text } » relit ou a relu le travail de cette équipe.
few-works = { $n ->
    [one] Il n’y a qu’une équipe pour l’instant, donc aucun travail que quelqu’un pourrait relire. Faites les équipes sous « Qui relit qui ».
   *[other] Il y aura { $n } travaux au plus, donc personne ne pourra faire toutes les relectures que vous demandez. Faites plus d’équipes, ou demandez moins de relectures.
}
team-of = Équipe { $name }.
team-with = Vous remettez un seul travail avec { $names }.
team-alone = Pour l’instant, personne d’autre n’en fait partie.
team-writes = Chacun de vous peut écrire ici, l’un après l’autre, et l’un de vous remet pour tous.
team-before = Ce que vous aviez écrit avant que votre équipe ait un travail
team-mark = La note du travail est celle de tous ses membres ; ce que vous décidez sur le travail vaut pour tous.
news-team-handed-in = Votre équipe a remis son travail dans « { $activity } ».
news-team-took-back = Quelqu’un de votre équipe a repris le travail dans « { $activity } » pour le modifier.
setup-days = Dates comptées en jours
setup-days-help = Un nombre ici remplace la date ci-dessus : elle est comptée depuis la date des travaux et la suit, aussi dans une copie de cette activité. Laissez vide pour choisir la date vous-même.
setup-field-review-from-days = Les relectures commencent tant de jours après la date des travaux
setup-field-review-due-days = Les relectures finissent tant de jours après la date des travaux
setup-field-release-days = Les notes sont publiées tant de jours après la fin des relectures
setup-days-range = Les jours se comptent de 0 à 365 ; les relectures finissent au moins un jour après la date des travaux.
setup-days-no-date = Il n’y a pas de date depuis laquelle compter les jours. Choisissez-en une, ou videz les jours.
control-work = Travail témoin
control-is = Chaque relecteur le reçoit une fois parmi ses relectures, sans le savoir. Ce qu’il lui donne dit comment il note, comme l’entraînement ; après la publication, il voit son écart avec vous.
control-reports = { $n ->
    [one] Un relecteur a signalé quelque chose sur votre travail témoin.
   *[other] Des relecteurs ont signalé { $n } choses sur votre travail témoin.
}
control-reported = Des relecteurs ont signalé
control-looked = J’ai regardé
examples-use = À quoi il sert
examples-use-practice = Entraînement : on le note avant de relire, et on compare
examples-use-control = Travail témoin : il se cache parmi les travaux
examples-use-control-help = Il prend une relecture à chacun, donc les travaux en reçoivent moins : demandez une relecture de plus, ou réglez combien suffisent.
given-control-same = C’était un travail témoin de votre formateur, qui lui a donné autant que vous.
given-control-more = C’était un travail témoin. Vous lui avez donné { $points } points de plus que votre formateur.
given-control-less = C’était un travail témoin. Vous lui avez donné { $points } points de moins que votre formateur.
refused-control-settings = Un travail témoin se cache parmi des travaux sans noms, et prend une relecture sur au moins deux. Les réglages doivent le permettre.
refused-control-there = Il y a déjà un travail témoin. Retirez-le pour en choisir un autre, tant qu’aucun relecteur ne l’a reçu.
setup-control = Il y a un travail témoin, qui se cache parmi des travaux sans noms et prend une relecture sur au moins deux. Gardez cela, ou retirez-le sous « Travaux d’entraînement ».
queues-title = À votre attention
queues-help = Ce qui attend un formateur dans cette activité, le plus urgent d’abord dans chaque liste.
queues-none = Rien ne vous attend pour l’instant.
queues-appeals = Demandes de revoir une note
queues-late = en retard
queues-reports = Signalements à regarder
queues-reported = { $n ->
    [one] un signalement
   *[other] { $n } signalements
}
queues-apart = Relectures qui divergent ou qui manquent
queues-apart-help = Lisez le travail et décidez, ou demandez une relecture de plus à quelqu’un.
queues-checks = Vérifications
queues-checks-help = Les notes de ces travaux sont les moins sûres. Votre note pour l’un d’eux rend toutes les notes plus justes.
queues-short = Travaux à court de relectures
queues-short-help = La file les distribue d’abord. Vous pouvez aussi demander une relecture à quelqu’un :
queues-short-of = relectures reçues : { $n } sur { $k }
criteria-title = Notes par critère
criteria-help = Par critère, chacun de 0 à 100 et fait de la même manière à partir de ce que les relectures lui ont donné. La note elle-même est faite des totaux des relectures.
criteria-mark = Note
criteria-mean = Moyenne
criteria-median = Médiane
setup-field-companies = Relectures et entreprises
setup-companies-help = Les entreprises sont dans la même liste que les groupes, dans une colonne à elles, et valent en plus d’eux. Qui n’a pas d’entreprise peut relire tout le monde.
companies-any = Sans importance
companies-within = Dans la même entreprise
companies-across = Vers d’autres entreprises
pairs-companies-any = Les entreprises ne comptent pas ici ; les réglages disent si les relectures y restent ou en sortent.
pairs-companies-within = Les relectures restent dans une entreprise.
pairs-companies-across = Les relectures vont vers d’autres entreprises.
kin-title = Entre eux
kin-companies = Les relectures au sein d’une entreprise sont { $n } points au-dessus des autres relectures des mêmes personnes ({ $k } relectures).
kin-groups = Les relectures au sein d’un groupe sont { $n } points au-dessus des autres relectures des mêmes personnes ({ $k } relectures).
kin-help = Mesuré aux notes des travaux ; le hasard seul en fait autant moins d’une fois sur cent. Il peut y avoir de bonnes raisons, et cela ne dit pas qui favorise qui. Des relectures vers d’autres entreprises ou groupes l’évitent.
pairs-groups-none = Personne n’a encore de groupe, cela ne vaut donc pour personne.
pairs-companies-none = Personne n’a encore d’entreprise, cela ne vaut donc pour personne.
