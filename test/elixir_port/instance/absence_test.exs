defmodule Thumbnailer.Instance.AbsenceTest do
  # What to do is in the error of a call that finds no instance.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Error

  @hint ~r/the application :thumbnailer is not started; call Application.ensure_all_started/

  test "of an instance that is not running, it says where one is started", %{test: name} do
    for call <- [
          fn -> Thumbnailer.make("photo.jpg", 200, on: name) end,
          fn -> Thumbnailer.make("photo.jpg", 200, on: name, coalesce: true) end,
          fn -> Thumbnailer.await(Thumbnailer.async("photo.jpg", 200, on: name)) end,
          fn -> Thumbnailer.info(name) end,
          fn -> Thumbnailer.stats(name) end,
          fn -> Thumbnailer.Steps.remove(name, :duotone) end
        ] do
      assert {:error, %Error{reason: :unavailable, message: message}} = call.()
      assert message =~ "put {Thumbnailer, name: #{inspect(name)}} among the children"
    end
  end

  test "of one on another node it guesses nothing" do
    {:error, error} = Thumbnailer.info({:thumbs, :nowhere@nohost})
    refute Exception.message(error) =~ "children"
  end

  # In a BEAM of its own, which has the library and has not started it.
  defp unstarted(code) do
    paths = Enum.flat_map(:code.get_path(), &["-pa", to_string(&1)])

    {output, status} =
      System.cmd("elixir", paths ++ ["-e", code], stderr_to_stdout: true, cd: folder())

    assert {status, output} == {0, output}
    output
  end

  test "without the application, every kind of call says how it is started" do
    for call <- [
          ~S|Thumbnailer.make("photo.jpg", 200)|,
          ~S|Thumbnailer.make("photo.jpg", 200, coalesce: true)|,
          ~S|Thumbnailer.make("photo.jpg", 200, on: {:cluster, :group})|,
          ~S|Thumbnailer.await(Thumbnailer.async("photo.jpg", 200))|,
          ~S|["photo.jpg"] \|> Thumbnailer.stream(200) \|> Enum.at(0) \|> elem(1)|,
          ~S|Thumbnailer.ping()|
        ] do
      assert unstarted("{:error, error} = #{call}; IO.puts(Exception.message(error))") =~ @hint
    end

    for call <- ["members(:group)", "subscribe(:group)"] do
      code = "try do Thumbnailer.Cluster.#{call} rescue e -> IO.puts(Exception.message(e)) end"
      assert unstarted(code) =~ @hint
    end
  end

  test "a default instance that the configuration leaves out is not looked for elsewhere" do
    code = """
    Application.put_env(:thumbnailer, :default, false)
    {:ok, _} = Application.ensure_all_started(:thumbnailer)
    {:error, error} = Thumbnailer.make("photo.jpg", 200)
    IO.puts(Exception.message(error))
    """

    assert unstarted(code) =~
             "config :thumbnailer, default: false leaves out the default instance, so give the option :on"
  end
end
