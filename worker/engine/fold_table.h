/* Latin letters without their marks, two bytes each. Made from the Unicode character data. */
/* U+00C0 .. U+024F without marks; a space where there is no Latin letter. */
static const char FOLD_LATIN[] = "A A A A A A AeC E E E E I I I I D N O O O O O   O U U U U Y Thss"
				 "a a a a a a aec e e e e i i i i d n o o o o o   o u u u u y thy "
				 "A a A a A a C c C c C c C c D d D d E e E e E e E e E e G g G g "
				 "G g G g H h H h I i I i I i I i I i     J j K k k L l L l L l   "
				 "  L l N n N n N n n N n O o O o O o OeoeR r R r R r S s S s S s "
				 "S s T t T t T t U u U u U u U u U u U u W w Y y Y Z z Z z Z z s "
				 "                              A                                 "
				 "O o                           U u                               "
				 "                          A a I i O o U u U u U u U u U u   A a "
				 "A a Aeae    G g K k O o O o     j       G g     N n A a AeaeO o "
				 "A a A a E e E e I i I i O o O o R r R r U u U u S s T t     H h "
				 "            A a E e O o O o O o O o Y y                         "
				 "                                ";
/* U+1E00 .. U+1EFF without marks; a space where there is no Latin letter. */
static const char FOLD_LATIN_MORE[] =
	"A a B b B b B b C c D d D d D d D d D d E e E e E e E e E e F f "
	"G g H h H h H h H h H h I i I i K k K k K k L l L l L l L l M m "
	"M m M m N n N n N n N n O o O o O o O o P p P p R r R r R r R r "
	"S s S s S s S s S s T t T t T t T t U u U u U u U u U u V v V v "
	"W w W w W w W w W w X x X x Y y Z z Z z Z z h t w y   s         "
	"A a A a A a A a A a A a A a A a A a A a A a A a E e E e E e E e "
	"E e E e E e E e I i I i O o O o O o O o O o O o O o O o O o O o "
	"O o O o U u U u U u U u U u U u U u Y y Y y Y y Y y             ";
