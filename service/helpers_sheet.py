"""What the coordination asks about a peer helper, and the words of its closed lists."""

from __future__ import annotations

from locales import N_
from service.pairing_why_words import FLAGS
from service.sheets import Field, Part, Sheet

GENDERS = {"f": N_("Une femme"), "m": N_("Un homme"), "x": N_("Une personne non binaire")}
AGES = {
    "18-24": N_("18 à 24 ans"),
    "25-34": N_("25 à 34 ans"),
    "35-44": N_("35 à 44 ans"),
    "45-54": N_("45 à 54 ans"),
    "55-64": N_("55 à 64 ans"),
    "65-74": N_("65 à 74 ans"),
    "75+": N_("75 ans et plus"),
}
CONTRACTS = {
    "employee": N_("Sous contrat"),
    "fixed_term": N_("Sous contrat à durée déterminée"),
    "volunteer": N_("Volontaire"),
}
TRANSPORTS = {"walk": N_("À pied"), "bike": N_("À vélo"), "bus": N_("En bus"), "car": N_("En voiture")}
STATES = {
    "in_training": N_("En formation"),
    "active": N_("Disponible pour accompagner"),
    "resting": N_("En repos"),
    "left": N_("A quitté le réseau"),
}
OWN_WORDS = 280

HELPER: Sheet = (
    Part(
        N_("Qui"),
        (
            Field("display_name", N_("Nom affiché"), needed=True, hint=N_("Un prénom suffit.")),
            Field("gender", N_("Se dit"), "one", choices=GENDERS),
            Field("age_band", N_("Tranche d’âge"), "one", choices=AGES),
            Field("contract", N_("Engagement"), "one", needed=True, choices=CONTRACTS),
            Field("organisation", N_("Organisation"), "one"),
        ),
    ),
    Part(
        N_("Ce qui est offert"),
        (
            Field("themes", N_("Thèmes"), "several"),
            Field("languages", N_("Langues parlées"), "several", needed=True),
            Field(
                "lived_experience",
                N_("Vécu que la personne a choisi de dire"),
                "several",
                hint=N_("Seulement ce qu’elle veut faire connaître. Ce n’est jamais demandé."),
            ),
            Field(
                "own_words",
                N_("Ses propres mots"),
                "text",
                longest=OWN_WORDS,
                hint=N_("280 signes au plus. La personne accompagnée les lit avant de choisir."),
            ),
        ),
    ),
    Part(
        N_("Limites, décidées avec la personne"),
        (
            Field(
                "weekly_hours",
                N_("Heures par semaine"),
                "number",
                needed=True,
                high=168,
                hint=N_("Les rencontres en prennent 60 % au plus ; le reste est pour les trajets et le repos."),
            ),
            Field("max_persons", N_("Personnes accompagnées, au plus"), "whole", needed=True, high=100),
            Field("max_visits_per_day", N_("Visites par jour, au plus"), "whole", needed=True, high=24),
            Field("max_travel_km", N_("Distance jusqu’à la personne, en kilomètres"), "number", needed=True, high=500),
            Field("transport", N_("Se déplace"), "one", needed=True, choices=TRANSPORTS),
            Field("lone_visit_ok", N_("Peut aller seul ou seule à une visite"), "yes"),
            Field("cannot_visit", N_("Ne va pas où il y a"), "several", choices=FLAGS),
            Field("off_in_school_holidays", N_("Ne travaille pas pendant les vacances scolaires"), "yes"),
        ),
    ),
    Part(
        N_("Point de départ"),
        (
            Field("neighbourhood", N_("Quartier"), "one"),
            Field(
                "base_lat",
                N_("Latitude"),
                "degrees",
                low=-90,
                high=90,
                hint=N_("Facultatif. Trois décimales : l’endroit à cent mètres près, jamais une adresse."),
            ),
            Field("base_lon", N_("Longitude"), "degrees", low=-180, high=180),
        ),
    ),
    Part(
        N_("Formation et supervision"),
        (
            Field("initial_training_completed_on", N_("Formation initiale terminée le"), "day"),
            Field("supervisor", N_("Supervision par"), "one"),
            Field("last_supervision_on", N_("Dernière supervision"), "day"),
        ),
    ),
    Part(
        N_("Coordonnées, gardées sous clé"),
        (
            Field("phone", N_("Téléphone"), "phone", longest=40),
            Field("email", N_("Adresse e-mail"), "email", longest=254),
        ),
    ),
)
