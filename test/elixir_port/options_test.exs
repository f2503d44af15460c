defmodule Thumbnailer.OptionsTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Options

  alias Thumbnailer.Options

  test "only what was given is in the result" do
    assert Options.cast!([], [:call, :request, :output]) == %{}
    assert Options.cast!([background: "#fff"], [:output]) == %{background: "#ffffffff"}
  end

  test "a size among the options is answered with where sizes go" do
    assert_raise ArgumentError,
                 ~r/option :width does not belong here: the size is an argument/,
                 fn ->
                   Options.cast!([width: 100], [:output])
                 end
  end

  test "an option of the whole call is not one of an output" do
    assert_raise ArgumentError, ~r/option :timeout does not belong here.*whole call/, fn ->
      Options.cast!([timeout: 100], [:output])
    end
  end

  test "an output's option is not one of a probe" do
    assert_raise ArgumentError, ~r/option :quality does not belong here.*make\/3/, fn ->
      Options.cast!([quality: 3], [:call, :request])
    end
  end

  test "infinity is no timeout" do
    assert_raise ArgumentError,
                 ~r/option :timeout must be an integer from 1 to 3600000, got: :infinity/,
                 fn ->
                   Options.cast!([timeout: :infinity], [:request])
                 end
  end

  test "the documentation of make/3 is made of every row that it takes" do
    {:docs_v1, _, _, _, _, _, docs} = Code.fetch_docs(Thumbnailer)
    {_, _, _, %{"en" => make}, _} = List.keyfind(docs, {:function, :make, 3}, 0)

    for option <- Options.table([:output, :request, :call]),
        do: assert(make =~ "`:#{option.name}` - #{option.doc}")
  end

  test "both spellings of colour words are names of the same option" do
    assert Options.cast!([grayscale: true, optimize: false], [:output]) ==
             Options.cast!([greyscale: true, optimise: false], [:output])

    assert Options.docs() =~ "Also spelled `:grayscale`."

    assert_raise ArgumentError, "option :greyscale is given more than once", fn ->
      Options.cast!([greyscale: true, grayscale: true], [:output])
    end

    assert_raise ArgumentError, ~r/option :grayscale does not belong here/, fn ->
      Options.cast!([grayscale: true], [:request])
    end
  end
end
