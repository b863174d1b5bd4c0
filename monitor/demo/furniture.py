"""What stands around an article on the demo site, language by language: navigation, cookie banner, offers."""

from dataclasses import dataclass

NOTICE = "Invented to demonstrate the media monitor: this is not news, and these outlets do not exist."


@dataclass(frozen=True, slots=True, kw_only=True)
class Furniture:
    """The fixed words of an outlet's pages."""

    sections: tuple[str, ...]
    cookies: str
    accept: str
    related: str
    subscribe: str
    sign_in: str
    rights: str


FURNITURE = {
    "en": Furniture(
        sections=("Home", "World", "Business", "Culture", "Sport", "Weather"),
        cookies="We and our partners use cookies to improve your experience and to measure our audience.",
        accept="Accept all",
        related="More on this site",
        subscribe="Subscribe to continue reading",
        sign_in="Already a subscriber? Sign in",
        rights="All rights reserved.",
    ),
    "ar": Furniture(
        sections=("الرئيسية", "العالم", "اقتصاد", "ثقافة", "رياضة", "الطقس"),
        cookies="نستخدم ملفات تعريف الارتباط لتحسين تجربتكم على الموقع وقياس عدد الزيارات.",
        accept="موافق على الكل",
        related="اقرأ أيضا",
        subscribe="اشترك لمواصلة القراءة",
        sign_in="لديك اشتراك؟ سجّل الدخول",
        rights="جميع الحقوق محفوظة.",
    ),
    "he": Furniture(
        sections=("ראשי", "בעולם", "כלכלה", "תרבות", "ספורט", "מזג אוויר"),
        cookies="אנחנו משתמשים בעוגיות כדי לשפר את חוויית הגלישה ולמדוד את התנועה באתר.",
        accept="אישור הכול",
        related="עוד באתר",
        subscribe="להמשך קריאה יש להצטרף למנויים",
        sign_in="כבר מנויים? להתחברות",
        rights="כל הזכויות שמורות.",
    ),
    "tr": Furniture(
        sections=("Ana sayfa", "Dünya", "Ekonomi", "Kültür", "Spor", "Hava durumu"),
        cookies="Deneyiminizi iyileştirmek ve ziyaretçi sayımızı ölçmek için çerezler kullanıyoruz.",
        accept="Tümünü kabul et",
        related="Bunlar da ilginizi çekebilir",
        subscribe="Okumaya devam etmek için abone olun",
        sign_in="Aboneliğiniz var mı? Giriş yapın",
        rights="Tüm hakları saklıdır.",
    ),
    "fr": Furniture(
        sections=("Accueil", "Monde", "Économie", "Culture", "Sport", "Météo"),
        cookies="Nous utilisons des cookies pour améliorer votre navigation et mesurer notre audience.",
        accept="Tout accepter",
        related="À lire aussi",
        subscribe="Abonnez-vous pour lire la suite",
        sign_in="Déjà abonné ? Se connecter",
        rights="Tous droits réservés.",
    ),
}
