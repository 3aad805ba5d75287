# Turns a text file into a C array: cmake -DIN=… -DOUT=… -DNAME=… -P embed.cmake
file(READ ${IN} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(................................................................................)"
	"\\1\n" bytes "${bytes}")
file(WRITE ${OUT} "extern const unsigned char ${NAME}[];\nextern const unsigned long ${NAME}_n;\n"
	"const unsigned char ${NAME}[] = {\n${bytes}0};\n"
	"const unsigned long ${NAME}_n = sizeof(${NAME}) - 1;\n")
