"""What the coordination asks about an organisation, a professional and a place, and the words of their lists."""

from __future__ import annotations

from locales import N_
from service.sheets import Field, Part, Sheet

SECTORS = {"public": N_("Public"), "private": N_("Privé"), "associative": N_("Associatif")}
ORGANISATION_KINDS = {
    "carrier": N_("Porte le réseau"),
    "public_social_service": N_("Service social public"),
    "mental_health_service": N_("Service de santé mentale"),
    "mobile_team": N_("Équipe mobile"),
    "medical_house": N_("Maison médicale"),
    "hospital": N_("Hôpital"),
    "day_centre": N_("Centre de jour"),
    "sheltered_housing": N_("Habitations protégées"),
    "social_housing": N_("Logement social"),
    "social_rental_agency": N_("Agence immobilière sociale"),
    "guardianship_service": N_("Service de tutelle"),
    "social_association": N_("Association sociale"),
    "user_association": N_("Association d’usagers et d’usagères"),
    "mutual_help_group": N_("Groupe d’entraide mutuelle"),
    "municipality": N_("Commune"),
    "local_council": N_("Conseil local"),
}
"""Those that the networks have so far; a network may write another one."""
FUNCTIONS = {
    "coordinator": N_("Coordination"),
    "social_worker": N_("Travail social"),
    "psychologist": N_("Psychologie"),
    "educator": N_("Éducation"),
    "nurse": N_("Soins infirmiers"),
    "psychiatric_nurse": N_("Soins infirmiers en psychiatrie"),
    "psychiatric_social_worker": N_("Travail social en psychiatrie"),
    "hospital_social_worker": N_("Travail social à l’hôpital"),
    "general_practitioner": N_("Médecine générale"),
    "housing_officer": N_("Logement"),
    "housing_mediator": N_("Médiation de logement"),
    "guardianship_officer": N_("Tutelle"),
    "outreach_worker": N_("Travail de rue"),
    "prevention_officer": N_("Prévention"),
    "community_worker": N_("Travail communautaire"),
    "association_worker": N_("Travail associatif"),
}
ROLES = {
    "referring": N_("Demande des accompagnements"),
    "network": N_("Participe au suivi d’une situation"),
    "supervisor": N_("Supervise des pairs-aidants"),
    "coordinator": N_("Coordonne, ou remplace qui coordonne"),
    "host": N_("Tient une permanence"),
    "support_team": N_("Équipe d’appui"),
    "hf_selector": N_("Choisit pour Housing First"),
    "partner_admin": N_("Tient à jour une organisation"),
    "steering": N_("Comité de pilotage"),
}
STATES = {"active": N_("En fonction"), "left": N_("A quitté le réseau")}
PLACE_KINDS = {
    "open_place": N_("Lieu convivial"),
    "partner_premises": N_("Local d’un partenaire"),
    "town_hall": N_("Maison communale ou mairie"),
    "neutral_place": N_("Lieu neutre"),
    "ward": N_("Service hospitalier"),
    "training_room": N_("Salle de formation"),
}
KINDS = {
    "organisation": N_("Organisation"),
    "professional": N_("Professionnelle ou professionnel"),
    "place": N_("Lieu"),
}

_AREA = Field("neighbourhood", N_("Quartier"), "one")
_LAT = Field("lat", N_("Latitude"), "degrees", low=-90, high=90, hint=N_("Facultatif, avec trois décimales au plus."))
_LON = Field("lon", N_("Longitude"), "degrees", low=-180, high=180)
_EMAIL = Field("email", N_("Adresse e-mail"), "email", longest=254)

ORGANISATION: Sheet = (
    Part(
        N_("L’organisation"),
        (
            Field("name", N_("Nom"), needed=True, longest=120),
            Field("kind", N_("Genre d’organisation"), "one"),
            Field("kind_other", N_("Un autre genre"), longest=60),
            Field("sector", N_("Secteur"), "one", needed=True, choices=SECTORS),
            Field("themes", N_("Thèmes"), "several"),
            _EMAIL,
        ),
    ),
    Part(N_("Où"), (_AREA, _LAT, _LON)),
    Part(
        N_("Dans le réseau"),
        (
            Field("charter_signed_on", N_("Charte signée le"), "day"),
            Field(
                "conventions",
                N_("Conventions"),
                "text",
                longest=800,
                hint=N_("Une par ligne, par exemple « prêt de locaux »."),
            ),
            Field("housing_first_selector", N_("Participe au choix pour Housing First"), "yes"),
            Field("hosts_meetings", N_("Accueille des réunions"), "yes"),
        ),
    ),
)
PROFESSIONAL: Sheet = (
    Part(
        N_("Qui"),
        (
            Field("display_name", N_("Nom affiché"), needed=True),
            Field("organisation", N_("Organisation"), "one"),
            Field("function", N_("Fonction"), "one"),
            Field("function_other", N_("Une autre fonction"), longest=60),
            _EMAIL,
            Field(
                "fte",
                N_("Temps de travail"),
                "number",
                high=1,
                hint=N_("1 pour un temps plein, 0,5 pour un mi-temps. Sans réponse : 1."),
            ),
        ),
    ),
    Part(
        N_("Ce qui est offert"),
        (
            Field("languages", N_("Langues parlées"), "several", needed=True),
            Field("themes", N_("Thèmes"), "several"),
        ),
    ),
    Part(N_("Dans le réseau"), (Field("roles", N_("Rôles"), "several", choices=ROLES),)),
)
PLACE: Sheet = (
    Part(
        N_("Le lieu"),
        (
            Field("name", N_("Nom"), needed=True, longest=120),
            Field("kind", N_("Genre de lieu"), "one", needed=True, choices=PLACE_KINDS),
            Field("organisation", N_("Organisation"), "one"),
            Field(
                "capacity",
                N_("Nombre de places"),
                "whole",
                high=2000,
                hint=N_("0 ou rien : pas de limite."),
            ),
            Field("step_free", N_("Accessible sans marche"), "yes"),
        ),
    ),
    Part(
        N_("Où"),
        (
            _AREA,
            Field("street", N_("Rue"), longest=120),
            Field(
                "lat",
                N_("Latitude"),
                "degrees",
                low=-90,
                high=90,
                hint=N_("Facultatif si un quartier est choisi, avec trois décimales au plus."),
            ),
            _LON,
        ),
    ),
)
