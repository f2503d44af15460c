# The small libraries that are bundled with the program: in <prefix>/lib, beside the prebuilt libvips, so that the installed
# program runs on any machine with the C and C++ runtime. They are shared libraries, so that users can replace them.
#
# With the system's libvips nothing is bundled, because the other packages come from the system as well.
include_guard(GLOBAL)

# The soname of the shared library `file`; empty for an archive.
function(thumbnailer_soname file soname)
    execute_process(COMMAND "${CMAKE_READELF}" -d "${file}"
        OUTPUT_VARIABLE dynamic ERROR_QUIET)
    string(REGEX MATCH "Library soname: \\[([^]]+)\\]" matched "${dynamic}")
    set(${soname} "${CMAKE_MATCH_1}" PARENT_SCOPE)
endfunction()

# Installs the libraries (full paths, from pkg_check_modules) under their sonames.
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
