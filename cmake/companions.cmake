# The small libraries that travel with the program: beside the prebuilt libvips, in <prefix>/lib, so that what is installed
# runs on any machine with the C and C++ runtime. They stay shared libraries, which can be exchanged.
#
# With the system's libvips nothing travels: a machine that has that one has the others' packages as well.
include_guard(GLOBAL)

# The name by which a program asks for the shared library `file`; empty for an archive.
function(thumbnailer_soname file soname)
    execute_process(COMMAND "${CMAKE_READELF}" -d "${file}"
        OUTPUT_VARIABLE dynamic ERROR_QUIET)
    string(REGEX MATCH "Library soname: \\[([^]]+)\\]" matched "${dynamic}")
    set(${soname} "${CMAKE_MATCH_1}" PARENT_SCOPE)
endfunction()

# Installs the libraries (full paths, as pkg_check_modules yields them) under the names that the program asks for.
function(thumbnailer_install_companions)
    if(NOT THUMBNAILER_LIBVIPS_ORIGIN STREQUAL prebuilt OR NOT CMAKE_READELF)
        return()
    endif()
    foreach(library IN LISTS ARGN)
        file(REAL_PATH "${library}" file)
        thumbnailer_soname("${file}" soname)
        if(soname)
            install(FILES "${file}" DESTINATION lib COMPONENT port RENAME "${soname}")
        endif()
    endforeach()
endfunction()
