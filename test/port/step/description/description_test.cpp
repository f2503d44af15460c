#include "step/description/description.h"

#include <doctest/doctest.h>

#include "support/tsv.h"

using namespace thumbnailer;

namespace {

std::string refusal(const std::string& text) {
    const auto described = StepDescription::parse(text);
    return described ? "read" : described.error().message;
}

// The heading, and one parameter.
std::string refusal_of(const std::string& parameter) { return refusal("step/1 some 1.0 Does something\n" + parameter); }

} // namespace

TEST_CASE("step description: parameters of every type are read") {
    const auto described = StepDescription::parse("step/1 some 1.0.0 Does something\n"
                                                  "strength number -0.5..2 1.25 How much\n"
                                                  "radius integer 1..9 3 How far, in pixels\n"
                                                  "invert boolean - true Whether it is the other way\n"
                                                  "ink colour - #ff8000 With what\n"
                                                  "mode choice soft,hard hard How\n");
    REQUIRE(described);
    CHECK(described->name == "some");
    CHECK(described->version == "1.0.0");
    CHECK(described->summary == "Does something");
    CHECK(described->defaults() == std::vector<double>{1.25, 3, 1, 0xff8000, 1});
    CHECK(described->find("radius")->meaning == "How far, in pixels");
    CHECK(described->find("none") == nullptr);
}

TEST_CASE("step description: values are checked against the parameter, which the message names") {
    const auto described = StepDescription::parse("step/1 some 1 Does\nstrength number 0..1 1 How much\n"
                                                  "radius integer 1..9 3 How far\nmode choice soft,hard hard How\n"
                                                  "ink colour - #ff8000 With what\ninvert boolean - true Whether");
    REQUIRE(described);
    CHECK(*described->find("strength")->value_of("0.25") == 0.25);
    CHECK(*described->find("mode")->value_of("soft") == 0);
    CHECK(*described->find("ink")->value_of("#0000ff") == 255);
    CHECK(*described->find("invert")->value_of("false") == 0);
    CHECK(described->find("strength")->value_of("2").error().message ==
          "parameter strength is \"2\", it must be a number from 0 to 1");
    CHECK(described->find("radius")->value_of("1.5").error().message ==
          "parameter radius is \"1.5\", it must be an integer from 1 to 9");
    CHECK(described->find("mode")->value_of("medium").error().message ==
          "parameter mode is \"medium\", it must be one of soft, hard");
    CHECK(described->find("ink")->value_of("blue").error().message ==
          "parameter ink is \"blue\", it must be a colour such as #1d3557");
    CHECK(described->find("invert")->value_of("1").error().message ==
          "parameter invert is \"1\", it must be true or false");
}

TEST_CASE("step description: the heading says what it is") {
    CHECK(refusal("") == "line 1 of the step's description: it does not begin with step/1");
    CHECK(refusal("step/2 some 1 Does") == "line 1 of the step's description: it does not begin with step/1");
    CHECK(refusal("step/1 Some 1 Does") == "line 1 of the step's description: the name of the step is not lower case");
    CHECK(refusal("step/1 some  Does") == "line 1 of the step's description: there is no version");
    CHECK(refusal("step/1 some 1") == "line 1 of the step's description: there is no summary of at most 200 bytes");
    CHECK(refusal("step/1 some 1 \x1b[31mred") ==
          "line 1 of the step's description: there is no summary of at most 200 bytes");
    CHECK(refusal("step/1 some 1 \xff") == "the step's description is not UTF-8");
    CHECK(refusal("step/1 some 1 " + std::string(5000, 'x')) ==
          "the step's description has 5014 bytes, at most 4096 are accepted");
}

TEST_CASE("step description: each line says what is wrong with it") {
    CHECK(refusal_of("amount number 0..1 1 How much") == "read");
    CHECK(refusal_of("") == "read");
    CHECK(refusal_of("\n") == "line 2 of the step's description: the name of the parameter is not lower case");
    CHECK(refusal_of("Amount number 0..1 1 How much") ==
          "line 2 of the step's description: the name of the parameter is not lower case");
    CHECK(refusal_of("amount real 0..1 1 How much") ==
          "line 2 of the step's description: the type is not number, integer, boolean, colour or choice");
    for (const char* range : {"1..0", "0-1", "..", "0..", "0..nan", "0..1e3", "-..1", "0x0..1"})
        CHECK(refusal_of("amount number " + std::string(range) + " 1 How much") ==
              "line 2 of the step's description: the range is none of this type");
    CHECK(refusal_of("amount integer 0..1.5 1 How much") ==
          "line 2 of the step's description: the range is none of this type");
    CHECK(refusal_of("amount integer 0..99999999999999999999 1 How much") ==
          "line 2 of the step's description: the range is none of this type");
    CHECK(refusal_of("mode choice soft,soft soft How") ==
          "line 2 of the step's description: the range is none of this type");
    CHECK(refusal_of("ink colour 0..1 #ffffff With") ==
          "line 2 of the step's description: the range is none of this type");
    CHECK(refusal_of("amount number 0..1 2 How much") ==
          "line 2 of the step's description: the default must be a number from 0 to 1");
    CHECK(refusal_of("amount number 0..1 1") ==
          "line 2 of the step's description: there is no meaning of at most 200 bytes");
    CHECK(refusal_of("a number 0..1 1 How\na number 0..1 1 How") ==
          "line 3 of the step's description: this parameter is there already");
}

TEST_CASE("step description: there are at most sixteen parameters") {
    std::string text = "step/1 some 1 Does\n";
    for (int index = 0; index < 17; ++index) text += "p" + std::to_string(index) + " boolean - true What\n";
    CHECK(refusal(text) == "the step has more than 16 parameters");
}
