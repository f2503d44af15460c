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

  test "what is meant is named, in the words of other libraries, too" do
    for {given, meant} <- [
          {[upscale: true], ":enlarge"},
          {[deadline: 5], ":timeout"},
          {[qualty: 5], ":quality"},
          {[watermark: "a.png"], ":overlay"},
          {[strip: true], ":metadata"}
        ] do
      assert_raise ArgumentError, ~r/unknown option .*; did you mean #{meant}\?/, fn ->
        Options.cast!(given, [:call, :request, :output])
      end
    end

    for {given, hint} <- [
          {[format: :jpg], "did you mean :jpeg?"},
          {[fit: :covr], "did you mean :cover?"},
          {[background: "white"], "white is \"#ffffff\""}
        ] do
      error = assert_raise ArgumentError, fn -> Options.cast!(given, [:output]) end
      assert error.message =~ hint
    end
  end

  test "an option of an instance is told where it belongs" do
    for name <- [:max_pixels, :workers, :roots] do
      assert_raise ArgumentError,
                   ~r/option :#{name} does not belong here: it is an option of an instance/,
                   fn ->
                     Options.cast!([{name, 1}], [:call, :request, :output])
                   end
    end
  end

  test "names that are known from elsewhere lead to options that there are" do
    names =
      for table <- [Options.table(), Thumbnailer.InstanceOptions.table()],
          row <- table,
          do: row.name

    for given <-
          ~w(upscale withoutEnlargement anchor position resize mode strip type output watermark mirror radius pool_size)a do
      rows = Options.table() ++ Thumbnailer.InstanceOptions.table()

      error =
        assert_raise ArgumentError, fn -> Thumbnailer.Options.Definition.find!(given, rows) end

      [_, meant] = Regex.run(~r/did you mean :(\w+)\?/, error.message)
      assert String.to_existing_atom(meant) in names
    end
  end
end
